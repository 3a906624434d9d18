import { nanosOf, nowMillis } from '../base/clock.ts';
import type { FinishedWaits } from '../capture/finished-waits.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { Contribution } from './estimate.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

/** The mean number of live tasks over an interval: each counts for the share of the interval that it was parked. */
export interface IntervalSnapshot extends TaskSnapshot {
  readonly startTimeUnixNano: bigint;
  readonly durationNano: bigint;
}

/** A stretch of time whose mean is wanted. Intervals of one engine may overlap; each bounds its own memory. */
export class Interval {
  readonly #engine: TaskEngine;
  readonly #finished: FinishedWaits;

  /** Begins now. */
  constructor(engine: TaskEngine) {
    this.#engine = engine;
    this.#finished = engine.openInterval();
  }

  /** Whether it still sees what happens: its engine runs. */
  get active(): boolean {
    return this.#engine.running;
  }

  /** Ends now, in one turn. */
  end(): IntervalSnapshot {
    const engine = this.#engine;
    engine.settle();
    const now = nowMillis();
    const durationMillis = Math.max(now - this.#finished.startedAt, Number.MIN_VALUE);
    const snapshot = buildSnapshot(engine, this.#contributions(now, durationMillis), now, 0);
    engine.closeInterval(this.#finished);
    const durationNano = nanosOf(durationMillis);
    return Object.freeze({ ...snapshot, durationNano, startTimeUnixNano: snapshot.timeUnixNano - durationNano });
  }

  *#contributions(now: number, durationMillis: number): Iterable<Contribution> {
    yield* this.#ended(durationMillis);
    yield* this.#parked(now, durationMillis);
  }

  *#ended(durationMillis: number): Iterable<Contribution> {
    const finished = this.#finished;
    for (const wait of finished.waits) {
      const { record } = wait;
      yield {
        record,
        amount: finished.estimateMillis(wait) / durationMillis,
        inclusionProbability: finished.inclusionProbability(wait) / record.weight,
        waitMillis: record.resumedAt - record.parkedAt,
      };
    }
  }

  *#parked(now: number, durationMillis: number): Iterable<Contribution> {
    for (const record of this.#engine.liveTasks) {
      const insideMillis = now - Math.max(record.parkedAt, this.#finished.startedAt);
      yield {
        record,
        amount: (record.weight * insideMillis) / durationMillis,
        inclusionProbability: 1 / record.weight,
        waitMillis: now - record.parkedAt,
      };
    }
  }
}
