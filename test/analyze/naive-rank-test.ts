/** How many ways there are to each rank sum, by adding one after another: for more than can be enumerated. */
export function pValueByCounting(chosen: readonly number[], others: readonly number[]): number {
  const all = [...chosen, ...others].sort((a, b) => a - b);
  const doubledRank = (value: number): number => all.indexOf(value) + all.lastIndexOf(value) + 2;
  const seen = chosen.reduce((sum, value) => sum + doubledRank(value), 0);
  const most = all.length * 2 * (chosen.length + 1);
  const ways = Array.from({ length: chosen.length + 1 }, () => new Float64Array(most));
  ways[0]![0] = 1;
  for (const value of all) {
    const rank = doubledRank(value);
    for (let size = chosen.length; size > 0; size--) {
      for (let sum = most - 1; sum >= rank; sum--) ways[size]![sum]! += ways[size - 1]![sum - rank]!;
    }
  }
  const last = ways[chosen.length]!;
  const isUpper = seen >= chosen.length * (all.length + 1);
  const total = last.reduce((sum, some) => sum + some, 0);
  const further = (isUpper ? last.subarray(seen + 1) : last.subarray(0, seen)).reduce((sum, some) => sum + some, 0);
  return Math.min(1, (2 * (further + last[seen]! / 2)) / total);
}
