import type { Random } from '../base/random.ts';
import type { TaskRecord } from './task-record.ts';

/** A park that ended inside an interval, and what it stands for in it. */
export interface FinishedWait {
  readonly record: TaskRecord;
  /** Weight x milliseconds parked inside the interval, as it was added. */
  readonly weightedMillis: number;
}

/**
 * The parks that ended in one interval, at most `capacity`. When it is full a threshold rises, and each stays with
 * probability min(1, weighted wait / threshold) and is then worth at least the threshold: the sum over any subset stays
 * unbiased, and long waits, which make the mean, are all kept (threshold sampling: Duffield, Lund and Thorup, "Learn more,
 * sample less", IEEE Trans. Inf. Theory 51(5), 2005).
 */
export class FinishedWaits {
  readonly startedAt: number;
  #waits: FinishedWait[] = [];
  #threshold = 0;
  readonly #capacity: number;
  readonly #random: Random;

  constructor(startedAt: number, capacity: number, random: Random) {
    this.startedAt = startedAt;
    this.#capacity = capacity;
    this.#random = random;
  }

  get waits(): readonly FinishedWait[] {
    return this.#waits;
  }

  add(record: TaskRecord): void {
    const insideMillis = record.resumedAt - Math.max(record.parkedAt, this.startedAt);
    if (insideMillis <= 0) return;
    const wait = { record, weightedMillis: record.weight * insideMillis };
    if (this.#random() >= this.inclusionProbability(wait)) return;
    this.#waits.push(wait);
    while (this.#waits.length > this.#capacity) this.#raiseThreshold();
  }

  /** The unbiased estimate that a kept wait stands for, weighted milliseconds. */
  estimateMillis(wait: FinishedWait): number {
    return Math.max(wait.weightedMillis, this.#threshold);
  }

  /** Probability with which a wait of this size is kept. */
  inclusionProbability(wait: FinishedWait): number {
    return this.#threshold <= wait.weightedMillis ? 1 : wait.weightedMillis / this.#threshold;
  }

  #raiseThreshold(): void {
    const before = this.#waits.map((wait) => this.inclusionProbability(wait));
    this.#threshold = this.#threshold > 0 ? this.#threshold * 2 : medianMillis(this.#waits);
    this.#waits = this.#waits.filter((wait, i) => this.#random() * before[i]! < this.inclusionProbability(wait));
  }
}

function medianMillis(waits: readonly FinishedWait[]): number {
  const sorted = waits.map((wait) => wait.weightedMillis).sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
