import { nowMillis } from '../base/clock.ts';

/** How often the probability is set anew. Shorter windows see too few captures to tell the load from its noise. */
export const WINDOW_MILLIS = 250;

/**
 * Weight of the newest window in the running estimate. A window sees some 40 captures, whose cost is as noisy as their number,
 * and noise in p is noise in every weight: so the estimate is of the last five seconds.
 */
const SMOOTHING = 0.1;

/**
 * Windows in a row that cost less than this share of the estimate are no noise: the load is gone (the modules of an application
 * are loaded). From then on the newest window weighs as much as all before; with the slow weight alone p had come back to 0.4
 * after eight seconds. A single one is noise: where five runs are expected in a window, one or none come in 4 % (Poisson).
 */
const DROP_SHARE = 0.25;
const DROP_WINDOWS = 4;
const DROP_SMOOTHING = 0.5;

/** Budgets of a window that may be spent in one before p halves: chance alone rarely comes so far, a burst does. */
const BURST_WINDOWS = 2;

/** A window that is shorter tells nothing: hardly any of its time had hooks. */
const MIN_WINDOW_MILLIS = WINDOW_MILLIS / 2;

/** Aim a little below the budget: the estimate is noisy, and what is over it can't be given back. */
const TARGET_SHARE = 0.9;

/**
 * The budget of so much time may be spent before anything is limited, once: first captures run in the interpreter and take
 * ten times as long. Without it the loading of an application's modules brought the probability so low that a process of one
 * second had no profile.
 */
export const WARM_UP_MILLIS = 2_500;

/** Less is never met. Without a bound a budget that no capture fits into halved p to 0, and then nothing was a number any more. */
const MIN_PROBABILITY = 2 ** -30;

/**
 * Holds the measured time of capture and resolution under a share of one core by choosing the sampling probability.
 *
 * Each millisecond spent at probability p stands for 1 / p at probability 1, so `cost at 1` is estimated without bias
 * whatever p was, smoothed over windows, and p = budget / cost. Inside a window there is a hard stop: from the second on,
 * whenever another window's budget is spent, p halves, so that a burst of n awaits costs O(log n) window budgets.
 */
export class Governor {
  readonly #warmUpMillis: number;
  readonly #clock: () => number;
  #budget: number;
  #probability = 1;
  #windowStartedAt: number;
  #spentMillis = 0;
  #stopAtMillis: number;
  #costAtFullMillis = 0;
  #costPerMilli = 0;
  #lowWindows = 0;
  #totalSpentMillis = 0;

  /** `budget`: share of one core, in (0, 1], of the time that the monotonic `clock` tells. */
  constructor(budget: number, clock: () => number = nowMillis) {
    this.#budget = budget;
    this.#clock = clock;
    this.#windowStartedAt = clock();
    this.#warmUpMillis = budget * WARM_UP_MILLIS;
    this.#stopAtMillis = BURST_WINDOWS * this.#windowBudgetMillis;
  }

  get probability(): number {
    return this.#probability;
  }

  /** Milliseconds spent since the start. */
  get totalSpentMillis(): number {
    return this.#totalSpentMillis;
  }

  /** Whether nothing would change if no window ended any more. */
  get isIdle(): boolean {
    return this.#probability === 1 && this.#spentMillis === 0;
  }

  /** Accounts time that no budget limits. */
  account(millis: number): void {
    this.#totalSpentMillis += millis;
  }

  /** Accounts time spent at the present probability. True when the hard stop changed it. */
  spend(millis: number): boolean {
    this.#totalSpentMillis += millis;
    if (this.#totalSpentMillis < this.#warmUpMillis) return false;
    this.#spentMillis += millis;
    this.#costAtFullMillis += millis / this.#probability;
    if (this.#spentMillis < this.#stopAtMillis) return false;
    this.#stopAtMillis += this.#windowBudgetMillis;
    this.#probability = Math.max(this.#probability / 2, MIN_PROBABILITY);
    return true;
  }

  /** Ends the window and sets the probability for the next. */
  endWindow(now: number = this.#clock()): void {
    const windowMillis = now - this.#windowStartedAt;
    if (windowMillis < MIN_WINDOW_MILLIS) return;
    const costPerMilli = this.#costAtFullMillis / windowMillis;
    this.#costPerMilli += this.#smoothing(costPerMilli) * (costPerMilli - this.#costPerMilli);
    // From a probability that a burst has brought near 0 the way up is by doubling: nothing was measured there.
    this.#probability = Math.max(Math.min(this.#affordable, this.#probability * 2), MIN_PROBABILITY);
    this.#windowStartedAt = now;
    this.#spentMillis = 0;
    this.#costAtFullMillis = 0;
    this.#stopAtMillis = BURST_WINDOWS * this.#windowBudgetMillis;
  }

  /**
   * From now on this is the budget. `atMost`: a bound for the probability that begins with it; what is measured by then tells
   * what the new budget affords, all where nothing is.
   */
  setBudget(budget: number, atMost = 1): void {
    this.#budget = budget;
    this.#probability = Math.max(Math.min(this.#affordable, atMost), MIN_PROBABILITY);
    // No window ran as long as nothing was spent.
    if (this.#costAtFullMillis === 0) this.#windowStartedAt = this.#clock();
    // What the window has spent was within another budget.
    this.#stopAtMillis = this.#spentMillis + BURST_WINDOWS * this.#windowBudgetMillis;
  }

  get #affordable(): number {
    return Math.min(1, (this.#budget * TARGET_SHARE) / this.#costPerMilli);
  }

  #smoothing(costPerMilli: number): number {
    if (this.#costPerMilli === 0) return 1;
    this.#lowWindows = costPerMilli < DROP_SHARE * this.#costPerMilli ? this.#lowWindows + 1 : 0;
    return this.#lowWindows >= DROP_WINDOWS ? DROP_SMOOTHING : SMOOTHING;
  }

  get #windowBudgetMillis(): number {
    return this.#budget * WINDOW_MILLIS;
  }
}
