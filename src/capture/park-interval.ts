import type { FinishedWaits } from './finished-waits.ts';
import type { Contribution } from './live-sample.ts';
import type { EngineInterval, IntervalSample } from './task-engine.ts';
import type { TaskStore } from './task-store.ts';

/** What an interval needs of its engine. */
interface SettledEngine {
  readonly isExact: boolean;
  settle(): void;
}

/** The mean over an interval from parks whose whole length is known: each counts for the share that it was parked. */
export class ParkInterval implements EngineInterval {
  readonly startedAt: number;
  readonly #engine: SettledEngine;
  readonly #store: TaskStore;
  readonly #finished: FinishedWaits;

  constructor(engine: SettledEngine, store: TaskStore, startedAt: number) {
    this.startedAt = startedAt;
    this.#engine = engine;
    this.#store = store;
    this.#finished = store.openInterval(startedAt);
  }

  end(now: number): IntervalSample {
    this.#engine.settle();
    const durationMillis = Math.max(now - this.startedAt, Number.MIN_VALUE);
    return { contributions: this.#contributions(now, durationMillis), isExact: this.#engine.isExact };
  }

  close(): void {
    this.#store.closeInterval(this.#finished);
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
        task: record,
        amount: finished.estimateMillis(wait) / durationMillis,
        inclusionProbability: finished.inclusionProbability(wait) / record.weight,
        waitMillis: record.resumedAt - record.parkedAt,
        source: 'captured',
      };
    }
  }

  *#parked(now: number, durationMillis: number): Iterable<Contribution> {
    for (const record of this.#store.live) {
      const insideMillis = now - Math.max(record.parkedAt, this.startedAt);
      yield {
        task: record,
        amount: (record.weight * insideMillis) / durationMillis,
        inclusionProbability: 1 / record.weight,
        waitMillis: now - record.parkedAt,
        source: 'captured',
      };
    }
  }
}
