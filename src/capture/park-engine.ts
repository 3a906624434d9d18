import { promiseHooks } from 'node:v8';
import type { Context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { Collections } from '../base/collections.ts';
import { isStackOverflow } from '../base/errors.ts';
import { takeAll, tellEnd } from '../base/faults.ts';
import { nextTurn } from '../base/own-timers.ts';
import { type Random, geometricGap } from '../base/random.ts';
import type { CodeFrame } from '../base/types.ts';
import type { CapturedEvent } from './captured-event.ts';
import { EventResolver } from './event-resolver.ts';
import { chooseRecords } from './choose-records.ts';
import type { HookOwner } from './hook-owner.ts';
import type { LiveSample, SampledTask, SampleRequest } from './live-sample.ts';
import { LostTasks } from './lost-tasks.ts';
import { LateContext } from './late-context.ts';
import { ParkInterval } from './park-interval.ts';
import { ParkClassifier } from './park-classifier.ts';
import { ParkRecorder, type RecorderHost } from './park-recorder.ts';
import { type PromiseHook, createPromiseHook } from './promise-hook.ts';
import type { MakeObserver } from './promise-observer.ts';
import { SamplingProbability } from './sampling-probability.ts';
import { StackKeeper } from './stack-keeper.ts';
import type { CaptureOptions, EngineCounts, EngineInterval, SlicedSample, TaskEngine } from './task-engine.ts';
import { TaskContextReader } from './task-context.ts';
import { NOT_IN_LIVE_SET, type TaskRecord, hasResumed } from './task-record.ts';
import { createStamp } from './task-stamp.ts';
import { TaskStore } from './task-store.ts';
import { WindowResolver } from './window-resolver.ts';
import { WindowTimer } from './window-timer.ts';

/** Frames captured beyond `maxStackDepth`: the operation comes on top of the await's own stack. */
const OPERATION_DEPTH = 16;

/** Longest stretch of resolution between two turns of the event loop. */
const SLICE_MILLIS = 1;

/**
 * What an event is accounted at the most. Clocks also measure that another process had the core: of 1,500 captures on a busy
 * machine 30 took over 0.3 ms each and made three quarters of the sum. A capture takes 5 to 30 us.
 */
const MAX_EVENT_MILLIS = 0.1;

const STOP_FAULT = 'the stop met an error';

/** The first engine: captures stacks at the park, for a sampled share of runs. How and why: docs/architecture.md. */
export class ParkEngine implements TaskEngine, RecorderHost {
  readonly captureDepth: number;
  readonly #random: Random;
  readonly #budget: number;
  readonly keeper: StackKeeper;
  readonly lost: LostTasks;
  readonly stuckMillis: number;
  readonly #contexts: TaskContextReader;
  readonly #store: TaskStore;
  readonly #classifier: ParkClassifier;
  readonly #windows: WindowResolver;
  readonly #recorder: ParkRecorder;
  readonly #probability: SamplingProbability;
  readonly hook: PromiseHook;
  readonly #collected: Collections<TaskRecord>;
  readonly #owner: HookOwner | undefined;
  readonly removeHook: () => void;
  readonly #window: WindowTimer;
  /** The probability that the next chosen piece was drawn with. */
  drawnProbability = 1;
  #running = true;
  #scheduled = false;
  #faults = 0;
  /** What has ended it, until `diag` is told. */
  #untold: { readonly fault: unknown } | undefined;
  #missedEvents = 0;
  #cutLabels = 0;

  /** Installs a hook of its own, unless it is called by `owner`'s. */
  constructor(options: CaptureOptions, owner?: HookOwner) {
    const { random } = options;
    this.#random = random;
    this.#owner = owner;
    this.keeper = owner?.keeper ?? new StackKeeper();
    this.stuckMillis = options.stuckMillis;
    this.lost = owner?.lost ?? new LostTasks(random);
    this.#contexts = owner?.contexts ?? new TaskContextReader(options.labels);
    this.captureDepth = options.maxStackDepth + OPERATION_DEPTH;
    this.#probability = new SamplingProbability(options.sampling, options.overheadBudget, owner?.onTime);
    this.#budget = options.overheadBudget;
    this.#store = new TaskStore(options.maxTasks, random, () => this.#onFull());
    const { frames, stacks } = this.keeper;
    const resolver = new EventResolver(frames, stacks);
    this.#classifier = new ParkClassifier(frames, stacks, options.maxStackDepth);
    this.#windows = new WindowResolver(resolver, this.#classifier, random, (record, event) =>
      this.#onVerdict(record, event),
    );
    const stamp = owner?.stamp ?? createStamp<TaskRecord>();
    this.#recorder = new ParkRecorder(this, this.#windows, stamp);
    this.hook = createPromiseHook(() => this.#drawGap(), this.#recorder, stamp, owner?.init);
    this.#collected = new Collections((record) => {
      if (this.#running) this.#guard(() => this.#onCollected(record));
    });
    this.#window = new WindowTimer(() => this.#guard(() => this.#onWindow()));
    this.removeHook =
      owner === undefined
        ? (promiseHooks.createHook({ init: this.hook.init, before: this.hook.before }) as () => void)
        : () => undefined;
    // Where stacks can't be had in this process it is known from the start.
    this.settle();
  }

  get running(): boolean {
    return this.#running;
  }

  get counts(): EngineCounts {
    const { started, resumed } = this.#store.totals;
    return {
      startedTasks: started,
      resumedTasks: resumed,
      estimatedLostTasks: this.lost.estimate,
      captureProbability: this.samplingProbability,
      followProbability: undefined,
      dutyCycle: 1,
      captured: this.#store.live.length,
      captures: this.#recorder.captures,
      walks: 0,
      followed: 0,
      droppedTasks: this.#store.thinned,
      lostTasks: this.lost.count,
      cutLabels: this.#cutLabels,
      spentMillis: this.#probability.governor.totalSpentMillis,
      faults: this.#faults,
      missedEvents: this.#missedEvents,
    };
  }

  get samplingProbability(): number {
    return this.#probability.value;
  }

  get liveTasks(): number {
    return this.#store.liveWeight;
  }

  oldestParkedAt(after: number): number | undefined {
    let oldest = Infinity;
    for (const { parkedAt } of this.#store.live) if (parkedAt > after && parkedAt < oldest) oldest = parkedAt;
    return oldest === Infinity ? undefined : oldest;
  }

  tasksOlderThan(millis: number): number {
    const until = nowMillis() - millis;
    return this.#store.live.reduce((sum, { parkedAt, weight }) => (parkedAt <= until ? sum + weight : sum), 0);
  }

  setBurst(overheadBudget: number | undefined): void {
    this.#probability.setBurst(overheadBudget);
    this.hook.redraw();
    this.#runWindow();
  }

  get isExact(): boolean {
    const isSure = this.#missedEvents === 0 && this.#classifier.doubts === 0 && !this.keeper.frames.isFull;
    return this.#running && this.#probability.isExact && isSure;
  }

  /** Brings the live set up to date, in one go. */
  settle(): void {
    this.#timed(() => this.resolveNow());
  }

  sample(request: SampleRequest): LiveSample {
    this.settle();
    const chosen = chooseRecords(this.#store.live, request, (record) => this.framesOf(record), this.#random);
    return { ...chosen, isExact: this.isExact && chosen.leftOut === 0 };
  }

  beginSample(request: SampleRequest): SlicedSample {
    return { slice: (budgetMillis) => this.settleSlice(budgetMillis), end: () => this.sample(request) };
  }

  settleSlice(budgetMillis: number): boolean {
    let done = true;
    this.#timed(() => {
      done = this.#windows.resolveSlice(budgetMillis);
      this.#tidy();
    });
    return done;
  }

  framesOf(task: SampledTask): CodeFrame[] {
    return this.keeper.framesOf(task.stack);
  }

  get frames(): Iterable<CodeFrame> {
    return this.keeper.frames.all;
  }

  openInterval(startedAt?: number): EngineInterval {
    this.settle();
    return new ParkInterval(this, this.#store, startedAt ?? nowMillis());
  }

  /** By hooks of its own: this engine sees no `after`. */
  observe(make: MakeObserver): () => void {
    return promiseHooks.createHook({ ...make() }) as () => void;
  }

  account(millis: number): void {
    this.#probability.governor.account(millis);
  }

  noteCutLabels(count: number): void {
    this.#cutLabels += count;
  }

  stop(): void {
    this.#running = false;
    takeAll(STOP_FAULT, [
      this.removeHook,
      () => this.#recorder.close(),
      () => this.#window.stop(),
      () => this.#windows.clear(),
      () => this.#forget(),
      () => this.#tellEnd(),
    ]);
  }

  /** The owner's hooks are on for another share of the time. */
  onDutyCycle(): void {
    this.#probability.setBudget(this.#budget / this.#owner!.dutyCycle);
    this.hook.redraw();
  }

  /** The owner's hooks were off: what had been parked counts as resumed, since nobody saw whether it was. */
  resumeUnseen(): void {
    const now = nowMillis();
    for (const record of [...this.#store.live]) this.#store.resume(record, now);
  }

  /** A captured park resumes: what `before` does with the stamp that it finds. */
  resume(record: TaskRecord): void {
    this.#recorder.resumed(record);
  }

  spend(millis: number, events: number): void {
    if (this.#probability.spend(Math.min(millis, events * MAX_EVENT_MILLIS))) this.hook.redraw();
  }

  scheduleResolution(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not referenced: a capture in a beforeExit handler would revive the loop for good. An idle loop does not turn for it, but
    // runs it ahead of the next timer.
    nextTurn(() => this.#guard(() => this.#onTurn())).unref();
  }

  resolveNow(): void {
    this.#windows.resolveAll();
    this.#tidy();
  }

  /** Everything that holds a node of the stack table. */
  *heldStacks(): Iterable<{ stack: number }> {
    yield* this.#store.records();
    yield* this.lost.tasks();
    yield* this.#windows.heldEvents();
  }

  /** The event that the hook is called with next is captured, as a piece of its own, where it is not chosen anyway. */
  captureNext(): void {
    this.hook.chooseNext();
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
    this.#untold = { fault };
    this.#recorder.close();
    // In a turn of its own: Node calls everybody's hooks in a loop that would skip one if this went away, and what the
    // application's logger does or throws has no place inside an await.
    nextTurn(() => takeAll(STOP_FAULT, [() => this.stop(), () => this.#owner?.onEnd()]));
  }

  #forget(): void {
    for (const record of this.#store.live) this.#collected.unwatch(record);
    this.#collected.close();
    this.#store.clear();
  }

  #tellEnd(): void {
    const untold = this.#untold;
    this.#untold = undefined;
    if (untold) tellEnd('profiling is switched off', untold.fault);
  }

  #drawGap(): number {
    const probability = this.samplingProbability;
    this.drawnProbability = probability * (this.#owner?.dutyCycle ?? 1);
    return geometricGap(this.#random, probability);
  }

  #onTurn(): void {
    this.#scheduled = false;
    if (!this.#running) return;
    if (!this.settleSlice(SLICE_MILLIS)) this.scheduleResolution();
    this.#owner?.onTurn();
    this.#runWindow();
  }

  #runWindow(): void {
    if (!this.#probability.isSettled) this.#window.run();
  }

  #onWindow(): void {
    this.#probability.endWindow(this.#store.hasAmpleRoom);
    this.hook.redraw();
    this.#runWindow();
  }

  #onVerdict(record: TaskRecord, event: CapturedEvent): void {
    const isTask = record.state === 'pending';
    if (isTask) this.#addTask(record, event.context);
    if (record.slot >= 0) this.#collected.watch(event.promise, record, record);
    this.#owner?.onVerdict(record, event, isTask);
  }

  #addTask(record: TaskRecord, context: Context | undefined): void {
    record.lateContext = context && new LateContext(this.#contexts, context);
    if (!hasResumed(record)) record.lateContext?.weaken();
    this.#store.addTask(record);
  }

  #onCollected(record: TaskRecord): void {
    if (record.slot === NOT_IN_LIVE_SET) return;
    if (this.#owner?.countsLosses !== true) {
      this.lost.add(record, { amount: record.weight, inclusionProbability: 1 / record.weight, source: 'captured' });
    }
    this.#store.lose(record, nowMillis());
  }

  #onFull(): void {
    this.#probability.halveRoom();
    this.hook.redraw();
  }

  #tidy(): void {
    this.#recorder.stamped = this.#windows.pendingEvents + this.#store.live.length;
    // With an owner it is for that one: more is held there.
    if (this.#owner === undefined && this.keeper.wantsCompaction) this.keeper.compact([...this.heldStacks()]);
  }

  #guard(part: () => void): void {
    try {
      part();
    } catch (fault) {
      this.onFault(fault);
    }
  }

  #timed(part: () => void): void {
    const startedAt = nowMillis();
    const events = this.#windows.pendingEvents;
    this.#guard(() => {
      this.#recorder.reportFault();
      part();
    });
    this.spend(nowMillis() - startedAt, events - this.#windows.pendingEvents);
  }
}
