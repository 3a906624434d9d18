import { nanosOf, nowMillis } from '../base/clock.ts';
import type { EngineInterval, TaskEngine } from '../capture/task-engine.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

/** The mean number of live tasks over an interval: each counts for the share of the interval that it was parked. */
export interface IntervalSnapshot extends TaskSnapshot {
  readonly startTimeUnixNano: bigint;
  readonly durationNano: bigint;
}

/** A stretch of time whose mean is wanted. Intervals of one engine may overlap; each bounds its own memory. */
export class Interval {
  readonly #engine: TaskEngine;
  readonly #interval: EngineInterval;

  /** Begins now. */
  constructor(engine: TaskEngine) {
    this.#engine = engine;
    this.#interval = engine.openInterval();
  }

  /** Whether it still sees what happens: its engine runs. */
  get active(): boolean {
    return this.#engine.running;
  }

  /** Ends now, in one turn. */
  end(): IntervalSnapshot {
    const now = nowMillis();
    const durationMillis = Math.max(now - this.#interval.startedAt, Number.MIN_VALUE);
    const sample = this.#interval.end(now);
    const snapshot = buildSnapshot(this.#engine, { ...sample, consistency: 'interval', now, leftOut: 0 });
    this.#interval.close();
    const durationNano = nanosOf(durationMillis);
    return Object.freeze({ ...snapshot, durationNano, startTimeUnixNano: snapshot.timeUnixNano - durationNano });
  }
}
