import type { Random } from '../base/random.ts';
import type { RowReader } from './row-reader.ts';
import { RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Where rows are, and who is told of one that goes, while it is still there. */
interface CarriedSource {
  readonly registry: TaskRegistry;
  readonly reader: RowReader;
  readonly random: Random;
  onRelease(row: number): void;
}

/** At least so many are kept. */
const MIN_ROWS = 16;

/** One of so many is for the oldest rows, which are kept with certainty. */
const OLDEST_SHARE = 4;

/** What stays known while the hooks are off. */
export class CarriedRows {
  readonly #source: CarriedSource;

  constructor(source: CarriedSource) {
    this.#source = source;
  }

  /** The hooks go: about so many rows stay. */
  keep(rows: number): void {
    const { registry, random } = this.#source;
    registry.keepOnly(chooseCarried(registry, Math.max(rows, MIN_ROWS), random), (row) => this.#source.onRelease(row));
  }

  /** Lets go of rows that nobody waits on any more, or several: of these it can't be told. Some microseconds each. */
  dropResumed(): void {
    const { registry, reader } = this.#source;
    const rows = [...registry.byAge()];
    const empty = reader.areEmpty(rows);
    rows.forEach((row, i) => {
      if (!empty[i]) return;
      this.#source.onRelease(row);
      registry.drop(row);
    });
  }
}

/**
 * Leaves that are kept while the hooks are off, `most` of them at the most: the oldest, and of the others each with a probability in
 * proportion to what it stands for, which it counts by from then on (threshold sampling: Duffield, Lund and Thorup, "Learn more,
 * sample less", IEEE Transactions on Information Theory 51(5), 2005). Otherwise what stays parked would stand for twice as many
 * after each such stretch, and be found half as often.
 */
export function chooseCarried(registry: TaskRegistry, most: number, random: Random): Map<number, number> {
  const leaves = [...registry.byAge()].filter((row) => mayBeTask(registry, row));
  const certain = leaves.slice(0, Math.min(Math.ceil(most / OLDEST_SHARE), leaves.length));
  const others = leaves.slice(certain.length);
  const probabilities = new Map(certain.map((row) => [row, registry.probability(row)]));
  const weights = others.map((row) => 1 / registry.probability(row));
  const threshold = thresholdFor(weights, most - certain.length);
  others.forEach((row, i) => {
    const keeps = threshold === 0 ? 1 : Math.min(1, weights[i]! / threshold);
    if (random() < keeps) probabilities.set(row, registry.probability(row) * keeps);
  });
  return probabilities;
}

function mayBeTask(registry: TaskRegistry, row: number): boolean {
  return (
    registry.shape(row) === RowShape.leaf &&
    registry.known(row)?.verdict !== 'none' &&
    registry.promise(row) !== undefined
  );
}

/** The weight from which on all are kept: the sum of min(1, weight / threshold) is `most`. 0 where there are no more than that. */
function thresholdFor(weights: readonly number[], most: number): number {
  if (weights.length <= most) return 0;
  const sorted = [...weights].sort((one, other) => other - one);
  let rest = sorted.reduce((sum, weight) => sum + weight, 0);
  for (let kept = 0; kept < most; kept++) {
    const threshold = rest / (most - kept);
    if (sorted[kept]! <= threshold) return threshold;
    rest -= sorted[kept]!;
  }
  return Infinity;
}
