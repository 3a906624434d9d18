import { randomUUID } from 'node:crypto';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { tellEnd, unawaited } from '../base/faults.ts';
import { runAsOwn } from '../base/own-context.ts';
import { nextTurn } from '../base/own-timers.ts';
import type { TaskProfiler } from '../profiler.ts';
import type { TaskSnapshot } from '../snapshot/task-snapshot.ts';
import type { DumpConfig } from './dump-config.ts';
import type { GrowingCounts } from './trigger-counts.ts';
import type { TriggerCause, TriggerEvent } from './trigger-event.ts';
import type { TriggerExport } from './trigger-export.ts';
import type { TriggersOptions } from './trigger-options.ts';
import { burstProfiles, dumpProfiles, timelineProfiles } from './trigger-profile.ts';

/** Dumps that wait for others; who asks for more gets none. */
const MAX_WAITING = 8;

/** Takes snapshots, one after another, and hands them on. */
export class Dumper {
  readonly #profiler: TaskProfiler;
  readonly #export: TriggerExport;
  readonly #counts: GrowingCounts;
  readonly #onTrigger: TriggersOptions['onTrigger'];
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #underWay = new Set<Promise<unknown>>();
  #baseline: TaskSnapshot | undefined;

  constructor(
    profiler: TaskProfiler,
    exports: TriggerExport,
    counts: GrowingCounts,
    onTrigger: TriggersOptions['onTrigger'],
  ) {
    this.#profiler = profiler;
    this.#export = exports;
    this.#counts = counts;
    this.#onTrigger = onTrigger;
  }

  /** Whether a snapshot is being taken, or waits to be. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Undefined where there is none: the profiler does not run, or too many wait. Never rejects. */
  dump(cause: TriggerCause, config: DumpConfig): Promise<TriggerEvent | undefined> {
    return this.#begun(runAsOwn(() => this.#dump(cause, config)));
  }

  /** Takes a snapshot that goes with later dumps. */
  takeBaseline(config: DumpConfig): Promise<void> {
    const take = async (): Promise<void> => {
      const snapshot = await this.#inTurn(() => this.#take(config));
      if (snapshot === undefined) return;
      this.#counts.baselines++;
      this.#baseline = snapshot;
    };
    return this.#begun(runAsOwn(take));
  }

  forgetBaseline(): void {
    this.#baseline = undefined;
  }

  /** Resolves when all that was asked for is taken and exported. */
  flush(): Promise<void> {
    return runAsOwn(async () => {
      await Promise.allSettled(this.#underWay);
      await this.#export.flush();
    });
  }

  #begun<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    unawaited(
      'a dump met an error',
      work.finally(() => this.#underWay.delete(work)),
    );
    return work;
  }

  async #dump(cause: TriggerCause, config: DumpConfig): Promise<TriggerEvent | undefined> {
    const event = await this.#inTurn(async () => {
      const snapshot = await this.#take(config);
      return snapshot && this.#eventOf(cause, config, snapshot);
    });
    if (event === undefined) {
      this.#counts.droppedDumps++;
      return undefined;
    }
    this.#counts.dumps++;
    this.#tell(event);
    this.#exportAll(event);
    return event;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#waiting >= MAX_WAITING) return undefined;
    this.#waiting++;
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#last = promise;
    try {
      await before;
      return await work();
    } catch (thrown) {
      this.#onFault(thrown);
      return;
    } finally {
      this.#waiting--;
      resolve(undefined);
    }
  }

  async #take({ consistency, filters }: DumpConfig): Promise<TaskSnapshot | undefined> {
    // In a turn of its own: a snapshot in a job of the application would cost that its async stacks.
    await new Promise<void>((resolve) => void nextTurn(resolve));
    if (!this.#profiler.running) return undefined;
    const isMoment = consistency === 'moment';
    return isMoment ? this.#profiler.snapshot(filters) : await this.#profiler.snapshotIncremental(filters);
  }

  #eventOf(cause: TriggerCause, config: DumpConfig, snapshot: TaskSnapshot): TriggerEvent | undefined {
    if (!this.#profiler.running) return undefined;
    const { burst } = config;
    const baseline = this.#baseline;
    const timeline = config.timeline && this.#profiler.timeline(config.timeline)?.finished;
    return Object.freeze({
      ...cause,
      id: randomUUID(),
      snapshot,
      ...(baseline && { baseline }),
      ...(burst && { burst: this.#profiler.burst(burst).catch((thrown: unknown) => this.#onFault(thrown)) }),
      ...(timeline && { timeline }),
    });
  }

  /** Outside of our own work, in which no spans are made. */
  #tell(event: TriggerEvent): void {
    try {
      const result: unknown = context.with(ROOT_CONTEXT, () => this.#onTrigger?.(event));
      if (result instanceof Promise) result.catch((thrown: unknown) => this.#onFault(thrown));
    } catch (thrown) {
      this.#onFault(thrown);
    }
  }

  #exportAll(event: TriggerEvent): void {
    this.#export.begin(() => dumpProfiles(event));
    const onFault = (thrown: unknown): undefined => this.#onFault(thrown);
    event.burst?.then((mean) => mean && this.#export.begin(() => burstProfiles(event, mean))).catch(onFault);
    event.timeline?.then((timeline) => this.#export.begin(() => timelineProfiles(event, timeline))).catch(onFault);
  }

  #onFault(thrown: unknown): undefined {
    this.#counts.faults++;
    tellEnd('a trigger met an error', thrown);
  }
}
