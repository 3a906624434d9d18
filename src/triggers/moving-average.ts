/** What the first value is taken to stand for: it counts until there is a second one, and hardly from then on. */
const FIRST_MILLIS = 1;

/**
 * The mean over the last while: each value stands for the time since the one before, so a late look counts for as much as it should,
 * and the weight of what was seen falls by e in each `timeConstantMillis`.
 */
export class MovingAverage {
  readonly #timeConstantMillis: number;
  #sum = 0;
  #weight = 0;
  #lastAt: number | undefined;

  constructor(timeConstantMillis: number) {
    this.#timeConstantMillis = timeConstantMillis;
  }

  /** NaN before anything was seen. */
  get value(): number {
    return this.#sum / this.#weight;
  }

  /** `now`: monotonic milliseconds. */
  add(value: number, now: number): void {
    const millis = this.#lastAt === undefined ? FIRST_MILLIS : now - this.#lastAt;
    const kept = Math.exp(-millis / this.#timeConstantMillis);
    this.#sum = this.#sum * kept + value * (1 - kept);
    this.#weight = this.#weight * kept + (1 - kept);
    this.#lastAt = now;
  }
}
