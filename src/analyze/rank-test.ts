import { exactTail } from './exact-tail.ts';
import { hypergeometricMidTail, logChoose } from './hypergeometric.ts';
import { conditionalTail } from './saddlepoint.ts';

/** How often a value is there, in all and among the chosen. */
export interface Level {
  readonly value: number;
  readonly count: number;
  readonly chosen: number;
}

export interface RankTest {
  /** Two-sided, mid-p. */
  readonly pValue: number;
  /** How probable it is that one of the chosen has more than one of the others, ties halved: 0.5 where nothing is different. */
  readonly superiority: number;
}

/**
 * The test of Mann and Whitney (1947) for whether the chosen have other values than the rest: under the permutation distribution of
 * the rank sum, ties included. Its normal approximation is wrong by orders of magnitude where most values are 0, and a stack that is
 * in five of ten thousand profiles, all of them chosen, is what one looks for here; so the tail comes from the hypergeometric
 * distribution where there are two values, from counting where few have another value than most, or where the chosen have the
 * greatest or the least of all, and else from the double saddlepoint approximation (Robinson 1982, "Saddlepoint approximations for permutation tests and confidence
 * intervals", Journal of the Royal Statistical Society B 44, 91-101; Booth and Butler 1990, "Randomization distributions and
 * saddlepoint approximations in generalized linear models", Biometrika 77, 787-796). The p-value counts half of what is
 * as likely as what was seen (mid-p), which is what the approximation gives where values are tied.
 *
 * `levels` are all distinct values, ascending; zeros as well.
 */
export function rankTest(levels: readonly Level[]): RankTest {
  const all = levels.reduce((sum, { count }) => sum + count, 0);
  const chosen = levels.reduce((sum, level) => sum + level.chosen, 0);
  if (levels.length < 2 || chosen === 0 || chosen === all) return { pValue: 1, superiority: 0.5 };
  const scores = centredRanks(levels, all);
  const sum = levels.reduce((total, level, index) => total + level.chosen * scores[index]!, 0);
  const superiority = 0.5 + sum / (chosen * (all - chosen));
  const pValue = 2 * tail(levels, scores, sum, chosen);
  // What can not be told is no discovery.
  return { pValue: Number.isFinite(pValue) ? Math.min(1, pValue) : 1, superiority };
}

/** Mid-ranks less their mean. */
function centredRanks(levels: readonly Level[], all: number): number[] {
  let below = 0;
  return levels.map(({ count }) => {
    const rank = below + (count + 1) / 2;
    below += count;
    return rank - (all + 1) / 2;
  });
}

/** The probability of a rank sum as far out as `sum` on its side. */
function tail(levels: readonly Level[], scores: readonly number[], sum: number, chosen: number): number {
  if (levels.length === 2) return binaryTail(levels, sum);
  // The lower side is the upper one of the values turned round.
  const side = sum >= 0 ? 1 : -1;
  const sided = levels.map(({ count, chosen: some }, index) => ({ count, chosen: some, score: side * scores[index]! }));
  if (side < 0) sided.reverse();
  const [size, distance] = [chosen, Math.abs(sum)];
  return exactTail(sided, size, distance) ?? extremeTail(sided, size) ?? conditionalTail(sided, size, distance);
}

function binaryTail([low, high]: readonly Level[], sum: number): number {
  const [few, many] = sum >= 0 ? [high!, low!] : [low!, high!];
  return hypergeometricMidTail(few.chosen, few.count, few.chosen + many.chosen, few.count + many.count);
}

/** Where the chosen have the greatest scores of all, as far as there are any: so many ways there are to choose those. */
function extremeTail(
  levels: readonly { readonly count: number; readonly chosen: number }[],
  chosen: number,
): number | undefined {
  const all = levels.reduce((sum, { count }) => sum + count, 0);
  let left = chosen;
  for (const level of levels.toReversed()) {
    const greatest = Math.min(left, level.count);
    if (level.chosen !== greatest) return undefined;
    left -= greatest;
    if (left === 0) return 0.5 * Math.exp(logChoose(level.count, greatest) - logChoose(all, chosen));
  }
  return undefined;
}
