/**
 * q-values of p-values: the share of false ones to expect among all whose q is at most that of the one. By Benjamini and Hochberg
 * (1995), "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57, 289-300; it holds for tests that are
 * independent or depend on each other positively, as stacks that grow together do (Benjamini and Yekutieli, 2001).
 */
export function falseDiscoveryRates(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[b]! - pValues[a]!);
  const rates = new Array<number>(pValues.length);
  let least = 1;
  for (const [index, at] of order.entries()) {
    const rank = pValues.length - index;
    least = Math.min(least, (pValues[at]! * pValues.length) / rank);
    rates[at] = least;
  }
  return rates;
}
