import { nowMillis } from '../base/clock.ts';
import { takeAll } from '../base/faults.ts';
import { later } from '../base/own-timers.ts';
import type { Random } from '../base/random.ts';
import type { CodeFrame } from '../base/types.ts';
import type { CapturedEvent } from '../capture/captured-event.ts';
import { WINDOW_MILLIS } from '../capture/governor.ts';
import type { LiveSample, SampledTask, SampleRequest } from '../capture/live-sample.ts';
import { LostTasks } from '../capture/lost-tasks.ts';
import type { HookOwner } from '../capture/hook-owner.ts';
import { ParkEngine } from '../capture/park-engine.ts';
import type { PromiseHook } from '../capture/promise-hook.ts';
import type { MakeObserver } from '../capture/promise-observer.ts';
import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { CaptureOptions, EngineCounts, EngineInterval, SlicedSample, TaskEngine } from '../capture/task-engine.ts';
import type { TaskRecord } from '../capture/task-record.ts';
import { EMPTY_TASK_CONTEXT, TaskContextReader } from '../capture/task-context.ts';
import { createStamp } from '../capture/task-stamp.ts';
import { Aging } from './aging.ts';
import type { AwaiterWalker } from './awaiter-walker.ts';
import { CapturedRows } from './captured-rows.ts';
import type { DutyCycle } from './duty-cycle.ts';
import { CAPTURE_SHARE, FollowBudget, WALK_SHARE } from './follow-budget.ts';
import { FollowedTask } from './followed-task.ts';
import { createFollowHook, type FollowHook, type HookHost } from './follow-hook.ts';
import { FollowInterval } from './follow-interval.ts';
import { HookSwitch } from './hook-switch.ts';
import type { KnownPark } from './known-park.ts';
import { Lessons } from './lessons.ts';
import { MomentClock, type MomentHost } from './moment-clock.ts';
import { Moments } from './moments.ts';
import { QuickLooks } from './quick-looks.ts';
import { RowReader } from './row-reader.ts';
import { chooseRows } from './row-choice.ts';
import type { ChosenRow, Choosing } from './chosen-row.ts';
import { RowSample, type SampleSource } from './row-sample.ts';
import { NONE } from './row-layout.ts';
import { TaskRegistry } from './task-registry.ts';
import { Verdicts } from './verdicts.ts';
import { WindowTimer } from '../capture/window-timer.ts';

/**
 * Where less than this share of tasks is followed, captures know more of an interval than random moments do: of few followed
 * tasks the moments see the same ones again and again.
 */
const ENOUGH = 0.02;

/** What a walk is taken for where the time of walks is planned. */
const WALK_MILLIS = 0.008;

/** Longest stretch in which promises are let go of. */
const AGING_MILLIS = 1;

/** Waiters on shared promises that are captured in one window at the most: half a millisecond. */
const SHARED_CAPTURES = 16;

/**
 * The second engine: every task is followed from its first park on, and stacks are walked when they are asked for. The first
 * engine runs in it, at a small probability: it teaches what walks can't tell, and while it captures everything it answers
 * alone. How and why: docs/engine.md.
 */
export class FollowEngine implements TaskEngine, HookOwner, HookHost, MomentHost, SampleSource {
  readonly keeper: StackKeeper;
  readonly stamp: HookOwner['stamp'];
  readonly init: PromiseHook['init'];
  readonly contexts: TaskContextReader;
  readonly registry = new TaskRegistry();
  readonly walker: AwaiterWalker;
  readonly reader: RowReader;
  readonly captured: CapturedRows;
  readonly lost: LostTasks;
  readonly stuckMillis: number;
  readonly random: Random;
  nextMomentAt = Infinity;
  /** Node's own function: none of ours that could fail is between. */
  removeHook: () => void = () => undefined;
  readonly #options: CaptureOptions;
  readonly #park: ParkEngine;
  readonly #budget: FollowBudget;
  readonly #verdicts: Verdicts;
  readonly #aging: Aging;
  readonly #clock: MomentClock;
  readonly #lessons = new Lessons(this.registry);
  readonly #looks: QuickLooks;
  readonly #intervals = new Set<FollowInterval>();
  /** Samples that go on over several turns. */
  readonly #slicedSamples = new Set<RowSample>();
  readonly #window: WindowTimer;
  readonly #hook: FollowHook;
  readonly #switch: HookSwitch;
  #running = true;
  #sharedCaptures = 0;
  #walkMillis = 0;
  /** As they were when the hooks were switched off. */
  #liveTasks = 0;

  constructor(options: CaptureOptions, walker: AwaiterWalker, keeper: StackKeeper) {
    const { random, sampling, overheadBudget } = options;
    this.#options = options;
    this.random = random;
    this.keeper = keeper;
    this.walker = walker;
    this.#verdicts = new Verdicts(keeper);
    this.contexts = new TaskContextReader(options.labels);
    this.reader = new RowReader(this.registry, walker, this.#verdicts, this.contexts, options.maxStackDepth);
    this.#switch = new HookSwitch(this, overheadBudget, walksPerMilli(overheadBudget));
    this.#budget = new FollowBudget(options, this.duty);
    this.captured = new CapturedRows(this.registry);
    this.#looks = new QuickLooks(this.registry, random, (parkedAt, now) => this.seenShare(parkedAt, now));
    this.lost = new LostTasks(random);
    this.stuckMillis = options.stuckMillis;
    this.#aging = new Aging(this, options.strongMillis, (row, park) => this.#onLost(row, park));
    this.#clock = new MomentClock(this, random, sampling === 'adaptive' ? overheadBudget * WALK_SHARE : Infinity);
    const unfollowed = createStamp<TaskRecord>();
    this.stamp = {
      put: (promise, record) => {
        if (this.#onCapture(promise, record)) return;
        unfollowed.put(promise, record);
        this.registry.markCaptured(promise);
      },
      get: (promise) => unfollowed.get(promise),
    };
    this.registry.onFirstStrong = () => this.#runWindow();
    const hook = createFollowHook(this.registry, this.#budget.roots, walker, this);
    this.#hook = hook;
    this.init = hook.init;
    const capturing = sampling === 'all' ? sampling : 'adaptive';
    this.#park = new ParkEngine(
      { ...options, sampling: capturing, overheadBudget: overheadBudget * CAPTURE_SHARE },
      this,
    );
    hook.attach(this.#park.hook);
    this.#window = new WindowTimer(() => this.guarded(() => this.#onWindow()));
    this.#switch.install(hook);
  }

  get running(): boolean {
    return this.#running && this.#park.running;
  }

  get counts(): EngineCounts {
    const counts = this.#park.counts;
    return {
      ...counts,
      followProbability: this.#budget.probability,
      dutyCycle: this.dutyCycle,
      walks: this.walker.walks,
      followed: this.registry.live,
      spentMillis: counts.spentMillis + this.#budget.spentMillis + this.#walkMillis,
    };
  }

  get samplingProbability(): number {
    return this.#budget.probability;
  }

  get liveTasks(): number {
    // Asked in this order: the counts of the first engine take longer than all the rest.
    if (!this.duty.isOn) return this.#liveTasks;
    if (this.duty.isCycling) return this.#looks.parkedUntil(nowMillis());
    return this.#park.isExact && this.isCapturedAll ? this.#park.liveTasks : this.#looks.liveTasks(this.#budget.wasAll);
  }

  oldestParkedAt(after: number): number | undefined {
    return this.#looks.oldestParkedAt(after);
  }

  tasksOlderThan(millis: number): number {
    return this.isCapturedAll ? this.#park.tasksOlderThan(millis) : this.#looks.parkedUntil(nowMillis() - millis);
  }

  // The walks of intervals keep their own budget: more moments in a burst than around it would make means those of the burst.
  setBurst(overheadBudget: number | undefined): void {
    this.#switch.setBurst(overheadBudget !== undefined);
    if (this.#budget.probability < ENOUGH) for (const interval of this.#intervals) interval.hasPartOnly = true;
    this.#park.setBurst(overheadBudget && overheadBudget * CAPTURE_SHARE);
    this.#budget.setBurst(overheadBudget);
    this.#runClock();
    this.#runWindow();
  }

  /** Whether the first engine knows every task. */
  get isCapturedAll(): boolean {
    return this.#isFollowedAll && this.#park.isExact;
  }

  get #isFollowedAll(): boolean {
    return this.#budget.wasAll && this.#park.counts.missedEvents === 0;
  }

  observe(make: MakeObserver): () => void {
    this.duty.hold();
    this.#hook.observe(make(this.init, this.#hook.isInJob));
    return () => {
      this.#hook.observe(undefined);
      this.duty.release();
    };
  }

  account(millis: number): void {
    this.#park.account(millis);
  }

  sample(request: SampleRequest): LiveSample {
    this.#hook.tellFault();
    this.#park.settle();
    if (!this.running) return NOTHING;
    if (this.isCapturedAll) return this.#park.sample(request);
    const rows = this.guarded(() => this.#rowSample(this.#choosing(request), request, Infinity));
    // Not guarded by a function: each frame that walks are made on costs up to 1 us a walk.
    const startedAt = nowMillis();
    try {
      rows?.slice(Infinity);
    } catch (fault) {
      this.onFault(fault);
    }
    this.#walkMillis += nowMillis() - startedAt;
    return this.guarded(() => rows?.end()) ?? NOTHING;
  }

  beginSample(request: SampleRequest): SlicedSample {
    let choosing: Choosing | undefined;
    let rows: RowSample | undefined;
    return {
      slice: (budgetMillis) => {
        if (!this.#park.settleSlice(budgetMillis)) return false;
        if (this.isCapturedAll) return true;
        // Rows are chosen in slices of their own: the oldest, and thousands of draws.
        if (rows === undefined) {
          rows = this.guarded(() =>
            this.#rowSample((choosing ??= this.#choosing(request)), request, nowMillis() + budgetMillis),
          );
          if (rows !== undefined) this.#slicedSamples.add(rows);
          return !this.running;
        }
        return this.guarded(() => rows!.slice(budgetMillis)) ?? true;
      },
      end: () => {
        if (rows === undefined) return this.sample(request);
        this.#slicedSamples.delete(rows);
        return this.guarded(() => rows!.end()) ?? NOTHING;
      },
    };
  }

  settleSlice(budgetMillis: number): boolean {
    return this.#park.settleSlice(budgetMillis);
  }

  framesOf(task: SampledTask): CodeFrame[] {
    return this.keeper.framesOf(task.stack);
  }

  get frames(): Iterable<CodeFrame> {
    return this.keeper.frames.all;
  }

  openInterval(startedAt?: number): EngineInterval {
    const captured = this.#park.openInterval(startedAt);
    const moments = new Moments(this.#options.maxTasks, this.random);
    const interval = new FollowInterval(this, captured, moments);
    interval.wasSwitched = this.duty.isCycling;
    this.#intervals.add(interval);
    this.#runClock();
    return interval;
  }

  close(interval: FollowInterval): void {
    this.#intervals.delete(interval);
    this.#runClock();
  }

  get answersByCaptures(): boolean {
    return this.isCapturedAll || (!this.duty.isCycling && this.#budget.probability < ENOUGH);
  }

  /** Rows count, also where few are followed: unlike in moments, each lost task is met once. */
  get countsLosses(): boolean {
    return !this.isCapturedAll;
  }

  lookNow(moments: Moments): void {
    moments.add(this.sample({ ...EVERYTHING, maxTasks: this.#options.maxTasks }).contributions, 1);
  }

  noteCutLabels(count: number): void {
    this.#park.noteCutLabels(count);
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    takeAll('the stop met an error', [
      this.removeHook,
      () => this.duty.stop(),
      () => this.#clock.stop(),
      () => this.#window.stop(),
      () => this.#park.stop(),
      () => this.#aging.clear(),
      () => this.registry.close(),
    ]);
    this.#intervals.clear();
    this.#slicedSamples.clear();
  }

  // Of the hook:

  get isMomentNear(): boolean {
    return this.#clock.isNear;
  }

  onMoment(): void {
    this.#clock.onMoment();
  }

  onResume(row: number): void {
    const record = this.registry.known(row)?.record;
    if (record !== undefined) this.#park.resume(record);
    this.#aging.onRelease(row);
  }

  onShared(): void {
    if (this.#sharedCaptures >= SHARED_CAPTURES) return;
    this.#sharedCaptures++;
    this.#park.captureNext();
  }

  onEvents(events: number, lastMillis: number): void {
    this.#budget.note(events, lastMillis);
    this.#runWindow();
  }

  onFault(fault: unknown): void {
    // One engine's fault ends both, told once.
    this.#park.onFault(fault);
  }

  // Of the first engine:

  onEnd(): void {
    this.stop();
  }

  onVerdict(record: TaskRecord, event: CapturedEvent, isTask: boolean): void {
    const row = this.registry.rowOf(event.promise);
    const park = row === NONE ? undefined : this.registry.known(row);
    if (park?.record !== record) return;
    park.verdict = isTask ? 'task' : 'none';
    park.isSure = true;
    park.stack = record.stack;
    park.operationFrames = record.operationFrames;
    this.#lessons.add(row);
  }

  /** In which share of the time the hook is there. */
  get duty(): DutyCycle {
    return this.#switch.duty;
  }

  get onTime(): () => number {
    return this.duty.onTime;
  }

  get dutyCycle(): number {
    return this.duty.share;
  }

  // In its Immediate: one of our own could come between two of the application's, whose reactions have other frames below then.
  onTurn(): void {
    this.guarded(() => {
      this.reader.learn(this.#lessons.take());
      this.#tidy();
    });
    this.#runWindow();
  }

  // Of the clock:

  onMomentRows(rows: readonly ChosenRow[], times: number): void {
    if (this.#intervals.size === 0) return;
    const startedAt = nowMillis();
    try {
      const choice = { rows, leftOut: 0, isComplete: false, wantedShares: [1, 1] } as const;
      const sample = new RowSample(this, choice, false);
      sample.slice(Infinity);
      const { contributions } = sample.end();
      for (const { moments } of this.#intervals) moments.add(contributions, times);
    } catch (fault) {
      this.onFault(fault);
    }
    this.#walkMillis += nowMillis() - startedAt;
  }

  // Of the switch:

  onShare(): void {
    for (const interval of this.#intervals) interval.wasSwitched = true;
    this.#budget.roots.forgets = this.duty.isCycling;
    this.#park.onDutyCycle();
    this.#clock.setBudget((this.#options.overheadBudget * WALK_SHARE) / this.dutyCycle);
    this.#budget.divide();
  }

  onSwitchOff(): void {
    this.#budget.wasAll = false;
    this.#liveTasks = this.#looks.parkedUntil(nowMillis());
    this.#clock.stop();
  }

  onSwitchOn(): void {
    this.#park.resumeUnseen();
    this.#runClock();
  }

  get asksLater(): boolean {
    return this.duty.isCycling;
  }

  get cycleMillis(): number {
    return this.duty.cycleMillis;
  }

  seenShare(parkedAt: number, now: number): number {
    return this.duty.seenShare(parkedAt, now);
  }

  onRelease(row: number): void {
    this.#aging.onRelease(row);
  }

  /** Whether it is followed as well. */
  #onCapture(promise: object, record: TaskRecord): boolean {
    const row = this.registry.rowOf(promise);
    if (row === NONE) return false;
    const park = this.reader.parkOf(row);
    park.record = record;
    this.registry.know(row, park);
    this.captured.add(row);
    return true;
  }

  #onLost(row: number, { context = EMPTY_TASK_CONTEXT, stack, operationFrames, share, record }: KnownPark): void {
    const { registry, keeper } = this;
    // Of what was parked while the hooks were off it can't be told whether it resumed then.
    if (!this.countsLosses || !this.duty.sawAllSince(registry.parkedAt(row))) return;
    const probability = registry.probability(row);
    const shown = { stack: stack === 0 ? keeper.unknownStack : stack, operationFrames };
    const task = new FollowedTask(registry.parkedAt(row), context, shown, registry.unit(row), probability);
    const source = record === undefined ? 'followed' : 'captured';
    this.lost.add(task, { amount: share / probability, inclusionProbability: probability, source });
  }

  #choosing(request: SampleRequest): Choosing {
    this.#switch.settle();
    return chooseRows(this.registry, request, nowMillis(), this.random, this.reader);
  }

  /** Undefined where the choice is not made by then. */
  #rowSample(choosing: Choosing, request: SampleRequest, deadline: number): RowSample | undefined {
    const choice = choosing.slice(deadline);
    if (choice === undefined) return undefined;
    const isSure = choice.isComplete && this.#isFollowedAll && this.registry.doubts === 0;
    return new RowSample(this, choice, isSure, request.matches);
  }

  /** Runs a part that may fail, and accounts its time; undefined where it did. */
  guarded<T>(part: () => T): T | undefined {
    const startedAt = nowMillis();
    try {
      return part();
    } catch (fault) {
      this.onFault(fault);
      return undefined;
    } finally {
      this.#walkMillis += nowMillis() - startedAt;
    }
  }

  #runWindow(): void {
    if (!this.#budget.isSettled || this.#aging.hasStrong || this.duty.isCycling) this.#window.run();
  }

  #onWindow(): void {
    if (!this.#running) return;
    this.#sharedCaptures = 0;
    this.#budget.endWindow();
    this.#runClock();
    this.registry.endTurn();
    this.#age(this.#affordableWalks);
    this.#tidy();
    this.#runWindow();
  }

  /** What is due is let go of whatever the load is, or abandoned promises would pile up: in slices, without walks at last. */
  #age(maxWalks: number): void {
    if (!this.#running) return;
    const now = nowMillis();
    const isDone = this.guarded(() => this.#aging.run(now, maxWalks, now + AGING_MILLIS)) ?? true;
    if (isDone) return;
    const walks = maxWalks === Infinity ? Infinity : 0;
    // An idle loop does not turn for an immediate that does not keep the process alive.
    later(() => this.#age(walks), 1);
  }

  get #affordableWalks(): number {
    const { sampling, overheadBudget } = this.#options;
    if (sampling !== 'adaptive') return Infinity;
    return Math.ceil(walksPerMilli(overheadBudget) * WINDOW_MILLIS);
  }

  #runClock(): void {
    const isEnough = this.duty.isCycling ? this.duty.isOn : this.#budget.probability >= ENOUGH;
    if (this.#intervals.size > 0 && isEnough) this.#clock.start();
    else this.#clock.stop();
  }

  #tidy(): void {
    if (!this.keeper.wantsCompaction) return;
    const parks = [...this.registry.byAge()].flatMap((row) => this.registry.known(row) ?? []);
    const hits = [...this.#intervals].flatMap(({ moments }) => moments.tasks);
    const sampled = [...this.#slicedSamples].flatMap(({ heldStacks }) => heldStacks);
    for (const park of parks) park.walked = 0;
    const records = parks.flatMap(({ record }) => record ?? []);
    const holders = [...this.#park.heldStacks(), ...parks, ...records, ...hits, ...sampled, ...this.#verdicts.holders];
    this.keeper.compact([...new Set(holders)]);
    this.#verdicts.rename();
  }
}

function walksPerMilli(overheadBudget: number): number {
  return (overheadBudget * WALK_SHARE) / WALK_MILLIS;
}

/** What is wanted where nothing is said. */
const EVERYTHING = {
  minWaitMillis: 0,
  wanted: undefined,
  matches: undefined,
  pinned: undefined,
};

const NOTHING: LiveSample = Object.freeze({ contributions: Object.freeze([]), leftOut: 0, isExact: false });
