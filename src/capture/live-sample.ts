import type { Random } from '../base/random.ts';
import type { CodeFrame } from '../base/types.ts';
import type { ContextFilter } from './context-filter.ts';
import type { TaskContext } from './task-context.ts';

/** A sampled task as snapshots see it. */
export interface SampledTask {
  /** Monotonic milliseconds. */
  readonly parkedAt: number;
  readonly context: TaskContext;
  /** Node of the stack table. */
  readonly stack: number;
  /** How many frames of `stack`, from the leaf, are the operation. */
  readonly operationFrames: number;
  /** Which sampling unit it is of: what was chosen together. */
  readonly unit: number;
  /** Probability with which that unit was chosen. */
  readonly unitProbability: number;
}

/** What one sampled task adds to an estimate. */
export interface Contribution {
  readonly task: SampledTask;
  /** Unbiased estimate that it stands for: weight x value. */
  readonly amount: number;
  /** Probability with which it came to be in the sample, all choices together. */
  readonly inclusionProbability: number;
  /** How long it has waited in all. */
  readonly waitMillis: number;
  /** Whether its stack was taken at the park, or walked later. */
  readonly source: 'captured' | 'followed';
  /** Of which draws it is one, where so many were drawn at random; undefined where it was looked at with certainty. */
  readonly stratum?: Stratum;
  /** Which draw of them it belongs to, where one can have several tasks: numbers come in order. Undefined: it is one by itself. */
  readonly draw?: number;
}

/** Random draws, each as likely as the others: of tasks out of so many, or of moments. */
export interface Stratum {
  readonly draws: number;
  /** Share of what they were drawn from that was not. */
  readonly unseen: number;
}

/** Which live tasks are wanted. */
export interface SampleRequest {
  readonly maxTasks: number;
  readonly minWaitMillis: number;
  /** Only those that parked after the one moment and until the other, monotonic milliseconds. */
  readonly parked?: { readonly after: number; readonly until: number };
  /** Undefined: all. */
  readonly wanted: ContextFilter | undefined;
  readonly matches: ((frames: readonly CodeFrame[], operationFrames: number) => boolean) | undefined;
  /** Tasks that are taken ahead of others. */
  readonly pinned: ContextFilter | undefined;
}

/** What there is of them. */
export interface LiveSample {
  readonly contributions: readonly Contribution[];
  /** Tasks that were wanted and not looked at, because of `maxTasks`. */
  readonly leftOut: number;
  /** Whether each task that was wanted is in it, and known for sure. */
  readonly isExact: boolean;
}

/** A candidate that was chosen, with the probability of that. */
export interface Chosen<Candidate> {
  readonly candidate: Candidate;
  readonly probability: number;
}

/** One of so many places goes to the oldest, with certainty. */
export const OLDEST_SHARE = 8;

/** As many places at least stay for the random choice: with none the others would not be counted at all. */
const RANDOM_SHARE = 8;

/** How many of `places` may go to candidates with certainty, where there are more candidates than places. */
export function maxCertain(places: number): number {
  return places - Math.ceil(places / RANDOM_SHARE);
}

/**
 * At most `maxTasks` of the candidates: always the oldest (an eighth), then those that the first of `ahead` names, then the second,
 * the rest at random: a simple random sample without replacement (the first steps of a Fisher-Yates shuffle; Knuth, TAOCP 2, 3.4.2,
 * P). Reorders `candidates`, which come oldest first.
 */
export function choose<Candidate>(
  candidates: Candidate[],
  maxTasks: number,
  ahead: readonly ((candidate: Candidate) => boolean)[],
  random: Random,
): Chosen<Candidate>[] {
  if (candidates.length <= maxTasks) return candidates.map((candidate) => ({ candidate, probability: 1 }));
  const most = maxCertain(maxTasks);
  let certain = Math.min(Math.ceil(maxTasks / OLDEST_SHARE), most);
  for (const isAhead of ahead) {
    for (let i = certain; i < candidates.length && certain < most; i++) {
      if (isAhead(candidates[i]!)) swap(candidates, i, certain++);
    }
  }
  for (let i = certain; i < maxTasks; i++) swap(candidates, i, i + Math.floor(random() * (candidates.length - i)));
  const probability = (maxTasks - certain) / (candidates.length - certain);
  return candidates
    .slice(0, maxTasks)
    .map((candidate, i) => ({ candidate, probability: i < certain ? 1 : probability }));
}

function swap(items: unknown[], i: number, j: number): void {
  [items[i], items[j]] = [items[j], items[i]];
}

/** A stack is rare that so many tasks have at the most, of more than fit into the sample. */
const RARE_TASKS = 4;

/** One of so many places goes to tasks with rare stacks, as far as stacks are known. */
const RARE_SHARE = 8;

/** Tells the candidates whose stacks are rare among all: those of the rarest first, as many as there are places for. */
export function rareOnes<Candidate>(
  candidates: readonly Candidate[],
  stackOf: (candidate: Candidate) => number,
  maxTasks: number,
): (candidate: Candidate) => boolean {
  if (candidates.length <= maxTasks) return () => false;
  const counts = new Map<number, number>();
  for (const candidate of candidates) {
    const stack = stackOf(candidate);
    if (stack !== 0) counts.set(stack, (counts.get(stack) ?? 0) + 1);
  }
  const rare = [...counts].filter(([, count]) => count <= RARE_TASKS).sort(([, a], [, b]) => a - b);
  const stacks = new Set<number>();
  let places = Math.ceil(maxTasks / RARE_SHARE);
  for (const [stack, count] of rare) {
    if ((places -= count) < 0) break;
    stacks.add(stack);
  }
  return (candidate) => stacks.has(stackOf(candidate));
}
