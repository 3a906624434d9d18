import type { Random } from '../base/random.ts';
import type { Contribution, SampledTask } from '../capture/live-sample.ts';

/** Its stack gets another number when stacks are forgotten. */
type HeldTask = { -readonly [Field in keyof SampledTask]: SampledTask[Field] };

/** A task that was met at a random moment. */
interface Hit {
  readonly task: HeldTask;
  /** Tasks that it stands for at its moment. */
  amount: number;
  readonly moment: number;
  readonly waitMillis: number;
  readonly source: 'captured' | 'followed';
}

/**
 * The live tasks at random moments of one interval. Poisson moments see time averages (Wolff, "Poisson arrivals see time
 * averages", Operations Research 30(2), 1982), so the mean over them is unbiased for the mean over the interval. At most
 * `capacity` hits are held: when there are more each stays with probability 1/2 and counts twice.
 */
export class Moments {
  readonly #capacity: number;
  readonly #random: Random;
  #hits: Hit[] = [];
  #weight = 1;
  #count = 0;
  #moments = 0;
  #squares = 0;

  constructor(capacity: number, random: Random) {
    this.#capacity = capacity;
    this.#random = random;
  }

  /** How many moments there were. */
  get count(): number {
    return this.#count;
  }

  /** What holds nodes of the stack table. */
  get tasks(): readonly HeldTask[] {
    return this.#hits.map(({ task }) => task);
  }

  /** One moment, which counts so many times: several fell where nothing happened in between. */
  add(contributions: readonly Contribution[], times = 1): void {
    const moment = this.#moments++;
    this.#count += times;
    this.#squares += times ** 2;
    for (const { task, amount, waitMillis, source } of contributions) {
      if (this.#weight > 1 && this.#random() * this.#weight >= 1) continue;
      this.#hits.push({ task: task, amount: amount * this.#weight * times, moment, waitMillis, source });
    }
    while (this.#hits.length > this.#capacity) this.#thin();
  }

  /** The mean over the moments. */
  *contributions(): Iterable<Contribution> {
    const count = Math.max(this.#count, 1);
    // As many moments of equal weight as know as much (Kish, Survey Sampling, 1965, 11.7).
    const stratum = { draws: this.#squares === 0 ? 0 : count ** 2 / this.#squares, unseen: 1 };
    for (const { task, amount, moment, waitMillis, source } of this.#hits) {
      yield {
        task,
        amount: amount / count,
        inclusionProbability: Math.min(1 / amount, 1),
        waitMillis,
        source,
        stratum,
        draw: moment,
      };
    }
  }

  #thin(): void {
    this.#weight *= 2;
    this.#hits = this.#hits.filter(() => this.#random() < 0.5);
    for (const hit of this.#hits) hit.amount *= 2;
  }
}
