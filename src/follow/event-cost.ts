/** Weight of the newest event in the running estimate. */
const SMOOTHING = 0.01;

/** Clocks also measure that another process had the core, a collection of garbage, and code that is not compiled yet. */
const MAX_MILLIS = 0.002;

/** Less is a clock that stood still in between. */
const MIN_MILLIS = 0.000_02;

/** The one reading of the clock that a timed event takes longer for. */
const CLOCK_MILLIS = 0.000_04;

/** `init` is timed; `before` and `after` take some two thirds of its time, in a loop that does nothing but await. */
const OF_ALL_HOOKS = 1.6;

/** What it takes to follow events, from the times of some of them: each by itself is mostly noise. */
export class EventCost {
  #millis = 0.000_2;
  #medianMillis = 0.000_05;
  #events = 0;
  /** Events that were followed, in all. */
  total = 0;

  /** So many events were followed, the last of them in so long. */
  note(events: number, lastMillis: number): void {
    this.#events += events;
    this.total += events;
    const millis = Math.min(Math.max(lastMillis - CLOCK_MILLIS, 0), MAX_MILLIS);
    this.#millis += SMOOTHING * (millis - this.#millis);
    this.#medianMillis *= millis > this.#medianMillis ? 1 + SMOOTHING : 1 - SMOOTHING;
    this.#medianMillis = Math.max(this.#medianMillis, MIN_MILLIS);
  }

  /** Events that are not accounted for yet. */
  get pendingEvents(): number {
    return this.#events;
  }

  /**
   * What one event takes that is followed, with all hooks, on a machine that does nothing else: on one that is busy the mean is
   * up to four times as long, of which the caches of a service with no more to do are a part.
   */
  get typicalMillis(): number {
    return this.#medianMillis * OF_ALL_HOOKS;
  }

  /** The time for these; from now on they are accounted for. */
  take(): number {
    const millis = this.#events * this.#millis * OF_ALL_HOOKS;
    this.#events = 0;
    return millis;
  }
}
