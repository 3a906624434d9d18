/** Weight of the newest event in the running estimate. */
const SMOOTHING = 0.01;

/** Clocks also measure that another process had the core, a collection of garbage, and code that is not compiled yet. */
const MAX_MILLIS = 0.002;

/** The one reading of the clock that a timed event takes longer for. */
const CLOCK_MILLIS = 0.000_04;

/** `init` is timed; `before` and `after` take some two thirds of its time, in a loop that does nothing but await. */
const OF_ALL_HOOKS = 1.6;

/** What it takes to follow events, from the times of some of them: each by itself is mostly noise. */
export class EventCost {
  #millis = 0.000_2;
  #events = 0;

  /** So many events were followed, the last of them in so long. */
  note(events: number, lastMillis: number): void {
    this.#events += events;
    const millis = Math.min(Math.max(lastMillis - CLOCK_MILLIS, 0), MAX_MILLIS);
    this.#millis += SMOOTHING * (millis - this.#millis);
  }

  /** Events that are not accounted for yet. */
  get pendingEvents(): number {
    return this.#events;
  }

  /** The time for these; from now on they are accounted for. */
  take(): number {
    const millis = this.#events * this.#millis * OF_ALL_HOOKS;
    this.#events = 0;
    return millis;
  }
}
