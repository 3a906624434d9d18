import type { TaskRecord } from '../capture/task-record.ts';

/** What one sampled task adds to an estimate. */
export interface Contribution {
  readonly record: TaskRecord;
  /** Unbiased estimate that it stands for: weight x value. */
  readonly amount: number;
  /** Probability with which it came to be in the sample, all choices together. */
  readonly inclusionProbability: number;
  /** How long it has waited in all. */
  readonly waitMillis: number;
}

/** Tasks that were chosen together. */
interface Unit {
  readonly number: number;
  readonly probability: number;
  total: number;
}

/**
 * A Horvitz-Thompson total and its standard error. Sampling has two stages: units (runs, or pieces of them) are chosen each
 * for itself with probability p, and of their tasks some are kept, each for itself, with inclusion probability pi in all. The
 * unbiased estimate of the variance (Saerndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, result 4.3.1, with
 * Poisson sampling in both stages) is then, with T the sum of amounts a of one unit,
 * sum over units of (1 - p) T^2  +  sum over tasks of (p - pi) a^2.
 */
export class Estimate {
  #total = 0;
  #ofTasks = 0;
  #reached = 0;
  // Most groups have one unit: no Map for each of a thousand of them.
  #first: Unit | undefined;
  #others: Map<number, Unit> | undefined;

  get total(): number {
    return this.#total;
  }

  get standardError(): number {
    let variance = this.#ofTasks + varianceOf(this.#first);
    for (const unit of this.#others?.values() ?? []) variance += varianceOf(unit);
    return Math.sqrt(Math.max(variance, 0));
  }

  /** Share of the total that was looked at: the mean inclusion probability, weighted by amount; 1 where there is none. */
  get samplingProbability(): number {
    return this.#total === 0 ? 1 : this.#reached / this.#total;
  }

  add({ record, amount, inclusionProbability }: Contribution): void {
    this.#total += amount;
    this.#reached += amount * inclusionProbability;
    this.#ofTasks += (record.unitProbability - inclusionProbability) * amount * amount;
    this.#unitOf(record).total += amount;
  }

  #unitOf({ unit: number, unitProbability }: TaskRecord): Unit {
    this.#first ??= { number, probability: unitProbability, total: 0 };
    if (this.#first.number === number) return this.#first;
    this.#others ??= new Map();
    let unit = this.#others.get(number);
    if (unit === undefined) this.#others.set(number, (unit = { number, probability: unitProbability, total: 0 }));
    return unit;
  }
}

function varianceOf(unit: Unit | undefined): number {
  return unit === undefined ? 0 : (1 - unit.probability) * unit.total * unit.total;
}
