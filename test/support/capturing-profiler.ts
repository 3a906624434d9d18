import type { TaskProfilerOptions, TaskSnapshot } from '../../src/index.ts';
import type { Random } from '../../src/base/random.ts';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import type { EngineCounts } from '../../src/capture/task-engine.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { instantSnapshot } from '../../src/snapshot/instant.ts';
import { type SnapshotOptions, sampleRequest } from '../../src/snapshot/snapshot-options.ts';

/** What `TaskProfiler` is over the first engine alone: for tests of what that one estimates. Runs from the start. */
export class CapturingProfiler {
  readonly #engine: ParkEngine;
  readonly #maxTasks: number;

  /** `eventMillis`: what each event is said to have cost, where the budget is not to go by the time of a busy machine. */
  constructor(options: TaskProfilerOptions, random: Random, eventMillis?: number) {
    const config = resolveTaskProfilerOptions(options);
    const engine = new ParkEngine({ ...config, random });
    this.#engine = engine;
    this.#maxTasks = config.maxTasks;
    if (eventMillis === undefined) return;
    const spend = engine.spend.bind(engine);
    engine.spend = (_measured, events) => spend(events * eventMillis, events);
  }

  get counts(): EngineCounts {
    return this.#engine.counts;
  }

  snapshot(options: SnapshotOptions = {}): TaskSnapshot {
    const sample = this.#engine.sample(sampleRequest(options, this.#maxTasks));
    return instantSnapshot(this.#engine, sample, 'moment');
  }

  stop(): void {
    this.#engine.stop();
  }
}
