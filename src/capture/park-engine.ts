import { AsyncLocalStorage } from 'node:async_hooks';
import { promiseHooks } from 'node:v8';
import { diag } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { isStackOverflow, toError } from '../base/errors.ts';
import { type Random, geometricGap } from '../base/random.ts';
import type { StackFrame } from '../base/types.ts';
import { EventResolver } from './event-resolver.ts';
import type { FinishedWaits } from './finished-waits.ts';
import { WINDOW_MILLIS } from './governor.ts';
import { ParkClassifier } from './park-classifier.ts';
import { ParkRecorder, type RecorderHost } from './park-recorder.ts';
import { type PromiseHook, createPromiseHook } from './promise-hook.ts';
import { SamplingProbability } from './sampling-probability.ts';
import { StackKeeper } from './stack-keeper.ts';
import type { CaptureOptions, EngineCounts, TaskEngine } from './task-engine.ts';
import type { TaskRecord } from './task-record.ts';
import { createTaskStamp } from './task-stamp.ts';
import { TaskStore } from './task-store.ts';
import { WindowResolver } from './window-resolver.ts';

/** Frames captured beyond `maxStackDepth`: the operation comes on top of the await's own stack. */
const OPERATION_DEPTH = 16;

/** Longest stretch of resolution between two turns of the event loop. */
const SLICE_MILLIS = 1;

/**
 * What an event is accounted at the most. Clocks also measure that another process had the core: of 1,500 captures on a busy
 * machine 30 took over 0.3 ms each and made three quarters of the sum. A capture takes 5 to 30 us.
 */
const MAX_EVENT_MILLIS = 0.1;

// Timers keep the asynchronous context that they are made in: without this ours would hold on to the request of that moment.
const outsideOfRequests = AsyncLocalStorage.snapshot();

// The application may replace the globals by fake ones later.
const nextTurn = setImmediate;
const later = setTimeout;
const cancel = clearTimeout;

/** The first engine: captures stacks at the park, for a sampled share of runs. How and why: docs/architecture.md. */
export class ParkEngine implements TaskEngine, RecorderHost {
  readonly captureDepth: number;
  readonly #random: Random;
  readonly #keeper = new StackKeeper();
  readonly #store: TaskStore;
  readonly #classifier: ParkClassifier;
  readonly #windows: WindowResolver;
  readonly #recorder: ParkRecorder;
  readonly #probability: SamplingProbability;
  readonly #hook: PromiseHook;
  readonly #lost: FinalizationRegistry<TaskRecord>;
  readonly #removeHook: () => void;
  readonly #windowTimer: NodeJS.Timeout;
  /** The probability that the next chosen piece was drawn with. */
  drawnProbability = 1;
  #running = true;
  #scheduled = false;
  #windowRuns = true;
  #faults = 0;
  #missedEvents = 0;

  constructor(options: CaptureOptions) {
    const { random } = options;
    this.#random = random;
    this.captureDepth = options.maxStackDepth + OPERATION_DEPTH;
    this.#probability = new SamplingProbability(options.sampling, options.overheadBudget);
    this.#store = new TaskStore(options.maxTasks, random, () => this.#onFull());
    const { frames, stacks } = this.#keeper;
    const resolver = new EventResolver(frames, stacks);
    this.#classifier = new ParkClassifier(frames, stacks, options.maxStackDepth);
    this.#windows = new WindowResolver(resolver, this.#classifier, random, (record, promise) =>
      this.#onTask(record, promise),
    );
    const stamp = createTaskStamp();
    this.#recorder = new ParkRecorder(this, this.#windows, stamp);
    this.#hook = createPromiseHook(() => this.#drawGap(), this.#recorder, stamp);
    this.#lost = new FinalizationRegistry((record) => this.#onCollected(record));
    this.#windowTimer = outsideOfRequests(() => later(() => this.#onWindow(), WINDOW_MILLIS).unref());
    this.#removeHook = promiseHooks.createHook({ init: this.#hook.init, before: this.#hook.before }) as () => void;
    // Where stacks can't be had in this process it is known from the start.
    this.settle();
  }

  get running(): boolean {
    return this.#running;
  }

  get counts(): EngineCounts {
    return {
      captures: this.#recorder.captures,
      droppedTasks: this.#store.thinned,
      lostTasks: this.#store.lost,
      spentMillis: this.#probability.governor.totalSpentMillis,
      faults: this.#faults,
      missedEvents: this.#missedEvents,
    };
  }

  get samplingProbability(): number {
    return this.#probability.value;
  }

  get isExact(): boolean {
    const isSure = this.#missedEvents === 0 && this.#classifier.doubts === 0 && !this.#keeper.frames.isFull;
    return this.#running && this.#probability.isExact && isSure;
  }

  get liveTasks(): readonly TaskRecord[] {
    return this.#store.live;
  }

  settle(): void {
    this.#timed(() => this.resolveNow());
  }

  settleSlice(budgetMillis: number): boolean {
    let done = true;
    this.#timed(() => {
      done = this.#windows.resolveSlice(budgetMillis);
      this.#tidy();
    });
    return done;
  }

  framesOf(record: TaskRecord): StackFrame[] {
    return this.#keeper.framesOf(record.stack);
  }

  openInterval(): FinishedWaits {
    this.settle();
    return this.#store.openInterval(nowMillis());
  }

  closeInterval(interval: FinishedWaits): void {
    this.#store.closeInterval(interval);
  }

  stop(): void {
    this.#running = false;
    this.#recorder.close();
    this.#removeHook();
    cancel(this.#windowTimer);
    this.#windows.clear();
    this.#store.clear();
  }

  spend(millis: number, events: number): void {
    if (this.#probability.spend(Math.min(millis, events * MAX_EVENT_MILLIS))) this.#hook.redraw();
  }

  scheduleResolution(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not referenced: a capture in a beforeExit handler would revive the loop for good. An idle loop does not turn for it, but
    // runs it ahead of the next timer.
    outsideOfRequests(() => nextTurn(() => this.#onTurn()).unref());
  }

  resolveNow(): void {
    this.#windows.resolveAll();
    this.#tidy();
  }

  resumed(record: TaskRecord): void {
    this.#store.resume(record, nowMillis());
  }

  /** The application may use up the stack and go on: of an event for which none is left nothing is known. */
  onFault(fault: unknown): void {
    if (isStackOverflow(fault)) this.#missedEvents++;
    else this.#fail(fault);
  }

  #fail(fault: unknown): void {
    if (!this.#running) return;
    this.#faults++;
    this.#running = false;
    this.#recorder.close();
    // In a turn of its own: Node calls everybody's hooks in a loop that would skip one if this went away, and what the
    // application's logger does or throws has no place inside an await.
    outsideOfRequests(() => nextTurn(() => this.#end(fault)));
  }

  #end(fault: unknown): void {
    this.stop();
    try {
      diag.error(`otel-taskprof: profiling is switched off: ${toError(fault).message}`, toError(fault));
    } catch {
      // The application's own logger.
    }
  }

  #drawGap(): number {
    this.drawnProbability = this.samplingProbability;
    return geometricGap(this.#random, this.drawnProbability);
  }

  #onTurn(): void {
    this.#scheduled = false;
    if (!this.#running) return;
    if (!this.settleSlice(SLICE_MILLIS)) this.scheduleResolution();
    this.#runWindow();
  }

  /** An idle process is not woken: the timer runs only while something can change. */
  #runWindow(): void {
    if (this.#windowRuns || this.#probability.isSettled) return;
    this.#windowRuns = true;
    this.#windowTimer.refresh();
  }

  #onWindow(): void {
    this.#windowRuns = false;
    this.#probability.endWindow(this.#store.hasAmpleRoom);
    this.#hook.redraw();
    this.#runWindow();
  }

  #onTask(record: TaskRecord, promise: object): void {
    this.#store.addTask(record);
    if (record.slot >= 0) this.#lost.register(promise, record);
  }

  #onCollected(record: TaskRecord): void {
    if (this.#running) this.#store.lose(record, nowMillis());
  }

  #onFull(): void {
    this.#probability.halveRoom();
    this.#hook.redraw();
  }

  #tidy(): void {
    this.#recorder.stamped = this.#windows.pendingEvents + this.#store.live.length;
    if (this.#keeper.wantsCompaction) this.#keeper.compact([...this.#store.records(), ...this.#windows.heldEvents()]);
  }

  #timed(part: () => void): void {
    const startedAt = nowMillis();
    const events = this.#windows.pendingEvents;
    try {
      this.#recorder.reportFault();
      part();
    } catch (fault) {
      this.onFault(fault);
    }
    this.spend(nowMillis() - startedAt, events - this.#windows.pendingEvents);
  }
}
