import { logChoose } from './hypergeometric.ts';
import type { ScoreLevel } from './saddlepoint.ts';

/** Up to so many whose score is not the commonest, all ways to choose are counted: a millisecond at the most. */
const MAX_OTHERS = 24;

/**
 * The probability that the scores of `chosen`, drawn at random without repetition, sum up to more than `sum`, and half of that of just
 * `sum`, by counting. undefined where there are too many ways. Mostly the commonest score is that of having none.
 */
export function exactTail(levels: readonly ScoreLevel[], chosen: number, sum: number): number | undefined {
  const all = levels.reduce((total, { count }) => total + count, 0);
  const commonest = levels.reduce((most, level) => (level.count > most.count ? level : most));
  if (all - commonest.count > MAX_OTHERS) return undefined;
  let tail = 0;
  for (const [others, sums] of waysToChoose(levels.filter((level) => level !== commonest)).entries()) {
    const rest = chosen - others;
    if (rest < 0 || rest > commonest.count) continue;
    const probability = Math.exp(logChoose(commonest.count, rest) - logChoose(all, chosen));
    for (const [sumOfOthers, ways] of sums) {
      // Scores are multiples of a half: sums of them are exact.
      const total = sumOfOthers + rest * commonest.score;
      if (total > sum) tail += ways * probability;
      else if (total === sum) tail += (ways * probability) / 2;
    }
  }
  return tail;
}

/** By how many are chosen: how many ways there are to each sum. */
function waysToChoose(levels: readonly ScoreLevel[]): Map<number, number>[] {
  let ways: Map<number, number>[] = [new Map([[0, 1]])];
  for (const { count, score } of levels) {
    const next: Map<number, number>[] = [];
    for (const [before, sums] of ways.entries()) {
      for (let chosen = 0, choices = 1; chosen <= count; chosen++) {
        const into = (next[before + chosen] ??= new Map<number, number>());
        for (const [sum, some] of sums) {
          const larger = sum + chosen * score;
          into.set(larger, (into.get(larger) ?? 0) + some * choices);
        }
        choices = (choices * (count - chosen)) / (chosen + 1);
      }
    }
    ways = next;
  }
  return ways;
}
