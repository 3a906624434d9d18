import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { tellFault, unawaited } from '../base/faults.ts';
import { runAsOwn } from '../base/own-context.ts';
import { cancel, later } from '../base/own-timers.ts';
import type { StuckTask } from '../base/types.ts';
import type { SlicedSample, TaskEngine } from '../capture/task-engine.ts';
import type { StackView } from '../frames/stack-view.ts';
import { instantList } from './instant.ts';
import type { ListedTask } from './task-list.ts';

const FAULT = 'looking for stuck tasks met an error';

/** Tasks that are told of in one check at the most; of more that become stuck between two each stands for several. */
const MAX_TOLD = 1_024;

/** Longest stretch on the main thread, but for what is told. */
const SLICE_MILLIS = 1;

/** Checks come no closer than this, nor further apart than this share of the age. */
const MIN_GAP_MILLIS = 1_000;
const MIN_GAP_SHARE = 1 / 20;
const MAX_GAP_SHARE = 1 / 2;

/** A timer can't be longer. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/**
 * Tells of each task that becomes stuck, once. Nothing is kept for a task: parks have an order, so what parked until some moment has
 * been told, and what parked later has not. A check that finds nothing takes microseconds, and comes when the oldest task would be
 * due: a process in which nothing waits long is woken every half `stuckMillis`.
 */
export class StuckWatch {
  readonly #engine: TaskEngine;
  readonly #view: StackView;
  readonly #onStuck: (task: StuckTask) => unknown;
  /** All that parked until then and is stuck was told, monotonic milliseconds. */
  #toldUntil = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #runs = true;

  constructor(engine: TaskEngine, view: StackView, onStuck: (task: StuckTask) => unknown) {
    this.#engine = engine;
    this.#view = view;
    this.#onStuck = onStuck;
    if (engine.stuckMillis < Infinity) this.#arm();
  }

  stop(): void {
    this.#runs = false;
    cancel(this.#timer);
  }

  #arm(): void {
    const now = nowMillis();
    const oldest = this.#engine.oldestParkedAt(this.#toldUntil) ?? now;
    this.#armIn(oldest + this.#engine.stuckMillis - now);
  }

  #armIn(millis: number): void {
    const { stuckMillis } = this.#engine;
    const soonest = Math.min(MIN_GAP_MILLIS, stuckMillis * MIN_GAP_SHARE);
    const latest = Math.min(Math.max(stuckMillis * MAX_GAP_SHARE, soonest), MAX_TIMER_MILLIS);
    const delay = Math.min(Math.max(millis, soonest), latest);
    this.#timer = later(() => this.#guard(() => this.#check()), Math.ceil(delay));
  }

  /** In a timer nobody catches what is thrown: it is told, and the next check comes as late as it may. */
  #guard(part: () => void): void {
    try {
      part();
    } catch (thrown) {
      tellFault(FAULT, thrown);
      if (this.#runs) this.#armIn(Infinity);
    }
  }

  #check(): void {
    if (!this.#runs || !this.#engine.running) return;
    const until = nowMillis() - this.#engine.stuckMillis;
    const after = this.#toldUntil;
    if (!this.#mayHaveStuck(after, until)) {
      this.#arm();
      return;
    }
    this.#toldUntil = until;
    const everything = { minWaitMillis: 0, wanted: undefined, matches: undefined, pinned: undefined };
    this.#read(this.#engine.beginSample({ ...everything, maxTasks: MAX_TOLD, parked: { after, until } }));
  }

  /** Who looks for the oldest gives up behind thousands of calls that were made long ago. */
  #mayHaveStuck(after: number, until: number): boolean {
    const oldest = this.#engine.oldestParkedAt(after);
    return oldest === undefined ? this.#engine.tasksOlderThan(this.#engine.stuckMillis) >= 1 : oldest <= until;
  }

  #read(sample: SlicedSample): void {
    if (!this.#runs || !this.#engine.running) return;
    if (sample.slice(SLICE_MILLIS)) this.#list(sample);
    else this.#pause(() => this.#read(sample));
  }

  #list(sample: SlicedSample): void {
    const list = (): void => {
      if (!this.#runs || !this.#engine.running) return;
      this.#tell(instantList(this.#engine, sample.end(), 'slices', this.#view).tasks);
    };
    const prepared = runAsOwn(() => this.#view.prepare(this.#engine.frames));
    // Frames that could not be prepared are shown as they can be.
    const listed = prepared.catch(() => undefined).then(() => this.#guard(list));
    unawaited(FAULT, listed);
  }

  #tell(tasks: readonly ListedTask[]): void {
    const deadline = nowMillis() + SLICE_MILLIS;
    let told = 0;
    while (told < tasks.length && this.#runs) {
      this.#tellOf(tasks[told++]!);
      if (nowMillis() >= deadline) break;
    }
    if (!this.#runs) return;
    if (told < tasks.length) this.#pause(() => this.#tell(tasks.slice(told)));
    else this.#arm();
  }

  /** A timer: an idle loop does not turn for an immediate that does not keep the process alive. */
  #pause(next: () => void): void {
    this.#timer = later(() => this.#guard(next), 1);
  }

  #tellOf(listed: ListedTask): void {
    try {
      const result: unknown = context.with(ROOT_CONTEXT, () => this.#onStuck(stuckTask(listed)));
      if (result instanceof Promise) result.catch(tellOwnFault);
    } catch (thrown) {
      tellOwnFault(thrown);
    }
  }
}

function stuckTask({ contribution, context: { span, labels }, stack, awaitIndex }: ListedTask): StuckTask {
  const { task, inclusionProbability } = contribution;
  return Object.freeze({
    stack,
    awaitIndex,
    waitMillis: nowMillis() - task.parkedAt,
    labels: labels.values,
    ...(span !== undefined && { span }),
    tasks: 1 / inclusionProbability,
  });
}

function tellOwnFault(thrown: unknown): void {
  tellFault('onStuck met an error', thrown);
}
