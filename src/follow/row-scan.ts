import { nowMillis } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { type Chosen, choose, rareOnes } from '../capture/live-sample.ts';
import { type Choosing, type ChosenRow, type RowChoice, type RowFilters, maxJoints } from './chosen-row.ts';
import { NONE, RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Rows between two looks at the clock. */
const SCAN_STEP = 256;

/** With a look at each row: how many are wanted is known exactly. 0.1 to 0.7 us a row where their spans or labels are read. */
export class RowScan implements Choosing {
  readonly #registry: TaskRegistry;
  readonly #maxTasks: number;
  readonly #filters: RowFilters;
  readonly #random: Random;
  readonly #end: number;
  readonly #leaves: ChosenRow[] = [];
  readonly #joints: ChosenRow[] = [];
  #row = 1;

  constructor(registry: TaskRegistry, maxTasks: number, filters: RowFilters, random: Random) {
    this.#registry = registry;
    this.#maxTasks = maxTasks;
    this.#filters = filters;
    this.#random = random;
    this.#end = registry.end;
  }

  // By number, not by age: rows come and go between two slices.
  slice(deadline: number): RowChoice | undefined {
    while (this.#row < this.#end) {
      const until = Math.min(this.#row + SCAN_STEP, this.#end);
      for (; this.#row < until; this.#row++) this.#look(this.#row);
      if (nowMillis() >= deadline && this.#row < this.#end) return undefined;
    }
    const { isPinned } = this.#filters;
    const [leaves, joints] = [this.#left(this.#leaves), this.#left(this.#joints)];
    const [allLeaves, allJoints] = [leaves.length, joints.length];
    const pick = (rows: ChosenRow[], places: number): Chosen<ChosenRow>[] => {
      const isRare = rareOnes(rows, ({ candidate }) => knownStack(this.#registry, candidate), places);
      const pins = ({ candidate }: ChosenRow): boolean => isPinned?.(candidate) === true;
      return choose(rows, places, [pins, isRare], this.#random);
    };
    const chosenLeaves = pick(leaves, this.#maxTasks);
    const chosenJoints = pick(joints, maxJoints(allJoints, this.#maxTasks));
    return {
      rows: [...chosenLeaves, ...chosenJoints].map(({ candidate: row, probability }) => ({ ...row, probability })),
      leftOut: allLeaves - chosenLeaves.length,
      isComplete: chosenLeaves.length === allLeaves && chosenJoints.length === allJoints,
      wantedShares: [1, 1],
    };
  }

  #look(row: number): void {
    const registry = this.#registry;
    const madeAt = registry.madeAt(row);
    if (madeAt === NONE) return;
    const shape = registry.shape(row);
    if (shape === RowShape.link || !this.#filters.isWanted(row)) return;
    (shape === RowShape.leaf ? this.#leaves : this.#joints).push({ candidate: row, probability: 1, madeAt, shape });
  }

  /** Those that are still the same, the oldest first. */
  #left(rows: readonly ChosenRow[]): ChosenRow[] {
    const registry = this.#registry;
    return rows
      .filter(({ candidate, madeAt }) => registry.madeAt(candidate) === madeAt)
      .sort((a, b) => registry.parkedAt(a.candidate) - registry.parkedAt(b.candidate));
  }
}

/** 0 where it was neither captured nor walked yet, or is no task. */
function knownStack(registry: TaskRegistry, row: number): number {
  const park = registry.known(row);
  return park?.verdict === 'task' ? park.stack : 0;
}
