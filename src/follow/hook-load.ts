import type { EventCost } from './event-cost.ts';
import type { RootSampler } from './root-sampler.ts';

/** A resumption that is not followed takes, with the await before it, 45 ns; an event that is followed 60, and an await has two. */
const UNFOLLOWED_EVENTS = 0.7;

/** While all is followed no resumption is counted: it has so many events. */
const EVENTS_PER_RESUMPTION = 2;

/** Shorter stretches tell nothing. */
const MIN_MILLIS = 125;

/** What the hooks take of a core even for what is not followed, by the resumptions that were counted for other ends anyway. */
export class HookLoad {
  readonly #roots: RootSampler;
  readonly #cost: EventCost;
  readonly #clock: () => number;
  #until: number;
  #events = 0;
  /** Milliseconds for what was not followed, in all. */
  totalMillis = 0;

  /** `clock`: monotonic milliseconds in which the hooks were on. */
  constructor(roots: RootSampler, cost: EventCost, clock: () => number) {
    this.#roots = roots;
    this.#cost = cost;
    this.#clock = clock;
    this.#until = clock();
  }

  /** The share of a core since the last call, and of how many milliseconds it is; undefined where these are too few. */
  take(followProbability: number): { readonly share: number; readonly millis: number } | undefined {
    const millis = this.#clock() - this.#until;
    if (millis < MIN_MILLIS) return undefined;
    const { isAll, resumptions: counted } = this.#roots;
    const resumptions = isAll ? (this.#cost.total - this.#events) / EVENTS_PER_RESUMPTION : counted;
    this.#roots.resumptions = 0;
    this.#events = this.#cost.total;
    this.#until += millis;
    const spent = resumptions * UNFOLLOWED_EVENTS * this.#cost.typicalMillis;
    this.totalMillis += spent * (1 - followProbability);
    return { share: spent / millis, millis };
  }
}
