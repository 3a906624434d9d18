import type { Contribution, SampledTask, Stratum } from '../capture/live-sample.ts';

/** Tasks that were chosen together. */
interface Unit {
  readonly number: number;
  readonly probability: number;
  total: number;
}

/**
 * A Horvitz-Thompson total and its standard error.
 *
 * Sampling has two stages: units (runs, or pieces of them) are chosen each for itself with probability p, and of their tasks
 * some are kept, each for itself, with inclusion probability pi in all. The unbiased estimate of the variance (Saerndal, Swensson
 * and Wretman, Model Assisted Survey Sampling, 1992, result 4.3.1, with Poisson sampling in both stages) is then, with T the sum
 * of amounts a of one unit, sum over units of (1 - p) T^2  +  sum over tasks of (p - pi) a^2.
 *
 * Where n of N were drawn at random (tasks of a stratum, or moments out of all) the second term is, with S the sum of amounts
 * of one draw, (1 - n / N) n / (n - 1) (sum S^2 - (sum S)^2 / n): Cochran, Sampling Techniques, 1977, 2.6.
 * Tasks of units are drawn at random as well, so T^2 has the error of their draws in it once: sum over tasks of
 * (1 - p) (1 - n / N) a^2 is taken off.
 */
export class Estimate {
  #total = 0;
  #ofTasks = 0;
  #reached = 0;
  // Most groups have one unit and one stratum: no Map for each of a thousand of them.
  #first: Unit | undefined;
  #others: Map<number, Unit> | undefined;
  #draws: Draws[] | undefined;
  #isFollowed = false;

  get total(): number {
    return this.#total;
  }

  get standardError(): number {
    let variance = this.#ofTasks + varianceOf(this.#first);
    for (const unit of this.#others?.values() ?? []) variance += varianceOf(unit);
    for (const draws of this.#draws ?? []) variance += draws.variance;
    return Math.sqrt(Math.max(variance, 0));
  }

  /** Share of the total that was looked at: the mean inclusion probability, weighted by amount; 1 where there is none. */
  get samplingProbability(): number {
    return this.#total === 0 ? 1 : this.#reached / this.#total;
  }

  /** Whether any of the tasks had its stack walked. */
  get isFollowed(): boolean {
    return this.#isFollowed;
  }

  add({ task, amount, inclusionProbability, stratum, draw, source }: Contribution): void {
    this.#total += amount;
    this.#reached += amount * inclusionProbability;
    this.#isFollowed ||= source === 'followed';
    this.#unitOf(task).total += amount;
    if (stratum === undefined) this.#ofTasks += (task.unitProbability - inclusionProbability) * amount * amount;
    else {
      this.#drawsOf(stratum).add(amount, draw);
      // The squares of units know this part of it already.
      if (draw === undefined) this.#ofTasks -= (1 - task.unitProbability) * stratum.unseen * amount * amount;
    }
  }

  #drawsOf(stratum: Stratum): Draws {
    this.#draws ??= [];
    let draws = this.#draws.find((one) => one.stratum === stratum);
    if (draws === undefined) this.#draws.push((draws = new Draws(stratum)));
    return draws;
  }

  #unitOf({ unit: number, unitProbability }: SampledTask): Unit {
    this.#first ??= { number, probability: unitProbability, total: 0 };
    if (this.#first.number === number) return this.#first;
    this.#others ??= new Map();
    let unit = this.#others.get(number);
    if (unit === undefined) this.#others.set(number, (unit = { number, probability: unitProbability, total: 0 }));
    return unit;
  }
}

/** Sums over the draws of one stratum; those that added nothing count as well. */
class Draws {
  readonly stratum: Stratum;
  #sum = 0;
  #squares = 0;
  #draw: number | undefined;
  #ofDraw = 0;

  constructor(stratum: Stratum) {
    this.stratum = stratum;
  }

  get variance(): number {
    const { draws, unseen } = this.stratum;
    const sum = this.#sum + this.#ofDraw;
    const squares = this.#squares + this.#ofDraw ** 2;
    // One draw tells nothing of how draws differ: then all of it is uncertain.
    if (draws <= 1) return unseen * squares;
    return unseen * (draws / (draws - 1)) * Math.max(squares - (sum * sum) / draws, 0);
  }

  add(amount: number, draw: number | undefined): void {
    if (draw === undefined || draw !== this.#draw) {
      this.#sum += this.#ofDraw;
      this.#squares += this.#ofDraw ** 2;
      this.#ofDraw = 0;
    }
    this.#draw = draw;
    this.#ofDraw += amount;
  }
}

function varianceOf(unit: Unit | undefined): number {
  return unit === undefined ? 0 : (1 - unit.probability) * unit.total * unit.total;
}
