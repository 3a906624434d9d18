/** log n!, by Stirling's series from where it is exact to double precision. */
function logFactorial(n: number): number {
  if (n < SMALL.length) return SMALL[n]!;
  return (
    (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5)
  );
}

const SMALL = Array.from({ length: 32 }).reduce<number[]>(
  (logs, _, n) => [...logs, n < 2 ? 0 : logs[n - 1]! + Math.log(n)],
  [],
);

/** The logarithm of how many ways there are to choose `k` of `n`. */
export function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/**
 * The probability that of `chosen` out of `all`, more than `marked` are among the `allMarked`, and half of that of just as many
 * (Fisher's exact test, one side, mid-p).
 */
export function hypergeometricMidTail(marked: number, allMarked: number, chosen: number, all: number): number {
  const most = Math.min(allMarked, chosen);
  const at = (count: number): number =>
    Math.exp(logChoose(allMarked, count) + logChoose(all - allMarked, chosen - count) - logChoose(all, chosen));
  let sum = at(marked) / 2;
  for (let count = marked + 1; count <= most; count++) {
    const term = at(count);
    sum += term;
    if (term < sum * 1e-16) break;
  }
  return sum;
}
