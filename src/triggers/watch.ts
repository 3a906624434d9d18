import { MovingAverage } from './moving-average.ts';
import type { Sighting } from './trigger-event.ts';
import type { WatchConfig } from './watch-config.ts';

/** What a look comes to. */
export type Verdict =
  /** Nothing is wrong. */
  | { readonly state: 'calm' }
  /** It would fire, but not now. */
  | { readonly state: 'held'; readonly why: 'warmUp' | 'coolDown' | 'atMost' }
  | { readonly state: 'fires'; readonly sighting: Sighting };

const CALM: Verdict = { state: 'calm' };

/**
 * Decides from the values of one quantity whether to dump. It remembers an average and the time of the last dump, and both pass:
 * there is no highest value so far that later trouble would have to exceed.
 */
export class Watch {
  readonly #config: WatchConfig;
  readonly #average: MovingAverage;
  readonly #warmUntil: number;
  #coolUntil = -Infinity;

  /** `now`: monotonic milliseconds of the start. */
  constructor(config: WatchConfig, now: number) {
    this.#config = config;
    this.#average = new MovingAverage(config.averageMillis);
    this.#warmUntil = now + config.warmUpMillis;
  }

  /** A value was seen. It counts for the average from the next look on. */
  look(value: number, now: number): Verdict {
    const sighting = this.#sightingOf(value, this.#average.value);
    this.#average.add(value, now);
    if (sighting === undefined) return CALM;
    if (now < this.#warmUntil) return { state: 'held', why: 'warmUp' };
    if (now < this.#coolUntil) return { state: 'held', why: 'coolDown' };
    if (value > this.#config.atMost) return { state: 'held', why: 'atMost' };
    return { state: 'fires', sighting };
  }

  /** A dump was made of it: not another one for a while. */
  fired(now: number): void {
    this.#coolUntil = now + this.#config.coolDownMillis;
  }

  #sightingOf(value: number, average: number): Sighting | undefined {
    const { above, atLeast, risenPercent, unit } = this.#config;
    const mean = Number.isNaN(average) ? value : average;
    if (above !== undefined && value > above) return { rule: 'above', value, threshold: above, average: mean, unit };
    if (risenPercent === undefined || value < atLeast) return undefined;
    const threshold = mean * (1 + risenPercent / 100);
    return value > threshold ? { rule: 'risen', value, threshold, average: mean, unit } : undefined;
  }
}
