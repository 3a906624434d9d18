import type { Random } from '../base/random.ts';
import { NOT_IN_LIVE_SET, type TaskRecord } from './task-record.ts';

/**
 * The sampled tasks that are parked now, at most `maxTasks`. When it is full every record stays with probability 1/2 and
 * twice the weight, so sums of weights stay unbiased, and `onFull` lets the sampler halve its probability.
 */
export class LiveTasks {
  readonly #records: TaskRecord[] = [];
  readonly #maxTasks: number;
  readonly #random: Random;
  readonly #onFull: () => void;
  #thinned = 0;
  #weight = 0;

  constructor(maxTasks: number, random: Random, onFull: () => void) {
    this.#maxTasks = maxTasks;
    this.#random = random;
    this.#onFull = onFull;
  }

  get records(): readonly TaskRecord[] {
    return this.#records;
  }

  /** The sum of their weights: how many tasks they stand for. */
  get weight(): number {
    return this.#weight;
  }

  /** Records given up because the set was full. */
  get thinned(): number {
    return this.#thinned;
  }

  /** Whether there is room for the tasks of a doubled sampling probability, and then some. */
  get hasAmpleRoom(): boolean {
    return this.#records.length * 4 <= this.#maxTasks;
  }

  add(record: TaskRecord): void {
    record.slot = this.#records.push(record) - 1;
    this.#weight += record.weight;
    while (this.#records.length > this.#maxTasks) this.#thin();
  }

  remove(record: TaskRecord): void {
    const last = this.#records.pop();
    if (last !== undefined && last !== record) {
      this.#records[record.slot] = last;
      last.slot = record.slot;
    }
    record.slot = NOT_IN_LIVE_SET;
    // Sums of fractions drift.
    this.#weight = this.#records.length === 0 ? 0 : this.#weight - record.weight;
  }

  clear(): void {
    for (const record of this.#records) drop(record);
    this.#records.length = 0;
    this.#weight = 0;
  }

  #thin(): void {
    const before = this.#records.splice(0);
    this.#weight = 0;
    for (const record of before) {
      if (this.#random() < 0.5) {
        record.weight *= 2;
        this.#weight += record.weight;
        record.slot = this.#records.push(record) - 1;
      } else drop(record);
    }
    this.#thinned += before.length - this.#records.length;
    this.#onFull();
  }
}

function drop(record: TaskRecord): void {
  record.slot = NOT_IN_LIVE_SET;
  record.state = 'dropped';
}
