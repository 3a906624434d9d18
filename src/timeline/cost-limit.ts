/** What may be spent at once after a quiet time, and how far it may be overdrawn: the budget of so many milliseconds. */
const CREDIT_MILLIS = 2_000;

/** Clocks also measure that another process had the core. A capture takes 5 to 30 us, and to read it as much again. */
const MAX_EVENT_MILLIS = 0.1;

/** Holds the time of captures under a share of one core: time that passes is earned, time that is spent is paid. */
export class CostLimit {
  readonly #budget: number;
  readonly #credit: number;
  #earnedMillis: number;
  #earnedAt: number;
  spentMillis = 0;

  /** `budget`: share of one core, in (0, 1]. `now`: monotonic milliseconds. */
  constructor(budget: number, now: number) {
    this.#budget = budget;
    this.#credit = budget * CREDIT_MILLIS;
    this.#earnedMillis = this.#credit;
    this.#earnedAt = now;
  }

  /** So many events took so long. What of that is counted. */
  spend(millis: number, events: number): number {
    const counted = Math.min(millis, events * MAX_EVENT_MILLIS);
    this.#earnedMillis -= counted;
    this.spentMillis += counted;
    return counted;
  }

  /** Whether another root can be afforded. */
  allowsMore(now: number): boolean {
    this.#earnedMillis = Math.min(this.#earnedMillis + (now - this.#earnedAt) * this.#budget, this.#credit);
    this.#earnedAt = now;
    return this.#earnedMillis > 0;
  }

  /** Whether even what is followed already has to be given up. */
  get isOverdrawn(): boolean {
    return this.#earnedMillis < -this.#credit;
  }
}
