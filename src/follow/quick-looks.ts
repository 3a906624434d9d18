import { nowMillis } from '../base/clock.ts';
import { isOwnContext } from '../base/own-context.ts';
import type { Random } from '../base/random.ts';
import { chooseAtRandom } from './random-rows.ts';
import { NONE, RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Rows that are looked at to know how many tasks each stands for, some 0.5 us each, and what of the looks before still counts. */
const LOOKS = 16;
const KEPT = 0.75;

/** Most rows that are passed over to find a task: what stands ahead of it are its links, and calls that were made long ago. */
const MAX_STEPS = 4_096;

/** Leaves that stand for all where those of an age are too many to be counted. */
const RANDOM_LEAVES = 1_024;

/** What can be told of the live tasks in some microseconds, without stacks: for those who ask every second. */
export class QuickLooks {
  readonly #registry: TaskRegistry;
  readonly #random: Random;
  readonly #seenShare: (parkedAt: number, now: number) => number;
  /** The last row that was too old to be asked for, and what tells whether it is still the same. */
  #passed = 0;
  #passedMadeAt = NONE;
  /** Leaves that were looked at, and what they stand for; looks that are longer ago count less. */
  #leaves = 0;
  #tasks = 0;

  /** `seenShare`: the probability that the hooks were on when a park that is known began. */
  constructor(registry: TaskRegistry, random: Random, seenShare: (parkedAt: number, now: number) => number = () => 1) {
    this.#registry = registry;
    this.#random = random;
    this.#seenShare = seenShare;
  }

  /** About how many tasks are parked: all leaves, each standing for 1 / p. `isAll`: every p is 1. */
  liveTasks(isAll: boolean): number {
    const { shapes, end } = this.#registry;
    if (isAll) return shapes[RowShape.leaf]!;
    this.#leaves *= KEPT;
    this.#tasks *= KEPT;
    for (let i = 0; i < LOOKS; i++) {
      const row = 1 + Math.floor(this.#random() * (end - 1));
      if (this.#registry.madeAt(row) === NONE || this.#registry.shape(row) !== RowShape.leaf) continue;
      this.#leaves++;
      this.#tasks += this.#standsFor(row);
    }
    // Where none of few leaves was met their number is all that is known.
    return shapes[RowShape.leaf]! * (this.#leaves === 0 ? 1 : this.#tasks / this.#leaves);
  }

  /** About how many tasks parked until then: the oldest rows are counted, or, where they are many, random ones looked at. */
  parkedUntil(until: number): number {
    const registry = this.#registry;
    let tasks = 0;
    let steps = 0;
    for (let row = registry.nextNewer(0); row !== 0 && registry.parkedAt(row) <= until; row = registry.nextNewer(row)) {
      if (++steps > MAX_STEPS) return this.#estimateParkedUntil(until);
      if (registry.shape(row) === RowShape.leaf && this.#isTask(row)) tasks += this.#standsFor(row);
    }
    return tasks;
  }

  #estimateParkedUntil(until: number): number {
    const registry = this.#registry;
    return chooseAtRandom(registry, RowShape.leaf, RANDOM_LEAVES, this.#random).reduce(
      (sum, { candidate: row, probability }) =>
        registry.parkedAt(row) <= until && this.#isTask(row) ? sum + this.#standsFor(row) / probability : sum,
      0,
    );
  }

  /** When the oldest leaf parked, of those that parked after `after`. The profiler's own tasks don't count. */
  oldestParkedAt(after: number): number | undefined {
    let row = this.#registry.nextNewer(this.#skipTo(after));
    for (let steps = 0; row !== 0 && steps < MAX_STEPS; steps++) {
      if (this.#registry.shape(row) === RowShape.leaf && this.#isTask(row)) return this.#registry.parkedAt(row);
      row = this.#registry.nextNewer(row);
    }
    return undefined;
  }

  /** The newest row that is not younger than `after`. Rows come at the young end: what was passed over once stays so. */
  #skipTo(after: number): number {
    const isSame = this.#passed !== 0 && this.#registry.madeAt(this.#passed) === this.#passedMadeAt;
    let row = isSame && this.#registry.parkedAt(this.#passed) <= after ? this.#passed : 0;
    for (let next = this.#registry.nextNewer(row); next !== 0; next = this.#registry.nextNewer(row)) {
      if (this.#registry.parkedAt(next) > after) break;
      row = next;
    }
    this.#passed = row;
    this.#passedMadeAt = row === 0 ? NONE : this.#registry.madeAt(row);
    return row;
  }

  #standsFor(row: number): number {
    const seen = this.#seenShare(this.#registry.parkedAt(row), nowMillis());
    return 1 / (this.#registry.probability(row) * seen);
  }

  #isTask(row: number): boolean {
    const known = this.#registry.known(row);
    if (known !== undefined) return known.verdict !== 'none' && known.context !== undefined;
    const context = this.#registry.contextOf(row);
    return context !== undefined && !isOwnContext(context);
  }
}
