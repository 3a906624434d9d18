import type { Context } from '@opentelemetry/api';
import { nowMillis } from '../base/clock.ts';
import { Collections } from '../base/collections.ts';
import { isStackOverflow } from '../base/errors.ts';
import { tellFault } from '../base/faults.ts';
import { isOwnContext } from '../base/own-context.ts';
import { nextTurn } from '../base/own-timers.ts';
import type { Random } from '../base/random.ts';
import { onSpanStart } from '../base/started-spans.ts';
import { EventResolver } from '../capture/event-resolver.ts';
import { ParkClassifier } from '../capture/park-classifier.ts';
import { StackKeeper } from '../capture/stack-keeper.ts';
import { TaskContextReader } from '../capture/task-context.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import { createStamp } from '../capture/task-stamp.ts';
import type { TaskLabelConfig } from '../config/labels.ts';
import type { TimelineConfig } from '../config/timeline.ts';
import { PLAIN_VIEW, type StackView } from '../frames/stack-view.ts';
import { buildTimeline } from './build-timeline.ts';
import type { FollowedRun } from './followed-run.ts';
import { type FollowedPark, FollowedRoot } from './followed-task.ts';
import { Recording, type RecordingHost } from './recording.ts';
import { ThreadReader } from './run-threads.ts';
import type { Slice } from './slice-sink.ts';
import { TaskTracker } from './task-tracker.ts';
import { createTimelineHook, type TimelineHook, type TimelineHost } from './timeline-hook.ts';
import type { Timeline } from './timeline.ts';

/** Frames captured beyond `maxStackDepth`: the operation comes on top of the await's own stack. */
const OPERATION_DEPTH = 16;

/** Longest stretch of reading runs between two turns of the event loop. */
const SLICE_MILLIS = 1;

/** Runs that were not read hold stacks, up to some KiB for each event: with more events of them they are read at once. */
const MAX_PENDING_EVENTS = 1_024;

/** Tasks that never resume must not become more and more: with so many no further root is followed. */
const MAX_LIVE_TASKS = 16_384;

/** What a recorder is made with. */
export interface RecorderOptions {
  readonly maxStackDepth: number;
  readonly labels: TaskLabelConfig;
  readonly random: Random;
  /** How stacks and labels are shown; as they are by default. */
  readonly view?: StackView;
}

/** Records timelines by the hooks of an engine, which it looks over the shoulder of only while there is a recording. */
export class TimelineRecorder implements TimelineHost, RecordingHost {
  readonly captureDepth: number;
  readonly #engine: Pick<TaskEngine, 'observe' | 'account'>;
  readonly #random: Random;
  readonly view: StackView;
  readonly #contexts: TaskContextReader;
  readonly #keeper = new StackKeeper();
  readonly #stamp = createStamp<FollowedPark>();
  readonly #tracker: TaskTracker;
  readonly #recordings = new Set<Recording>();
  /** Weak: a root is held by the promises that its tasks are parked at. */
  readonly #roots = new Set<WeakRef<FollowedRoot>>();
  readonly #collectedRoots = forgetting(this.#roots);
  readonly #queue: FollowedRun[] = [];
  #hook: TimelineHook | undefined;
  #detach: (() => void) | undefined;
  #pendingEvents = 0;
  #scheduled = false;
  /** Of which the end is due. */
  #hasFault = false;
  lastRoot = 0;
  isByContext = false;

  constructor(
    engine: Pick<TaskEngine, 'observe' | 'account'>,
    { maxStackDepth, labels, random, view = PLAIN_VIEW }: RecorderOptions,
  ) {
    this.view = view;
    this.#engine = engine;
    this.#random = random;
    this.captureDepth = maxStackDepth + OPERATION_DEPTH;
    this.#contexts = new TaskContextReader(labels);
    const { frames, stacks } = this.#keeper;
    const classifier = new ParkClassifier(frames, stacks, maxStackDepth);
    const threads = new ThreadReader(new EventResolver(frames, stacks), classifier, this.#contexts);
    this.#tracker = new TaskTracker(threads, this.#keeper);
  }

  open(config: TimelineConfig): Recording {
    const recording = new Recording(config, this.#random, this);
    this.#recordings.add(recording);
    this.#onRecordings();
    return recording;
  }

  /** Ends all recordings. */
  close(): void {
    for (const recording of this.#recordings) recording.stop();
  }

  remove(recording: Recording): void {
    this.#recordings.delete(recording);
    for (const ref of this.#roots) ref.deref()?.leave(recording);
    this.#onRecordings();
  }

  read(recording: Recording): Timeline {
    this.#hook?.endCallback();
    this.#settle(Infinity);
    const now = nowMillis();
    const { since: from, ring } = recording;
    const counts = recording.takeCounts();
    const slices = [...ring.takeAll(), ...this.#openWaits(recording, now)];
    recording.since = now;
    const timeline = buildTimeline({ from, to: now, slices, counts }, this.#keeper, this.view);
    for (const root of new Set(slices.map(({ root }) => root))) root.forgetEndedSpans();
    return timeline;
  }

  beginRoot(): FollowedRoot | undefined {
    let sinks: Recording[] | undefined;
    for (const recording of this.#recordings) {
      if (recording.choice.isNext && this.#affords(recording)) (sinks ??= []).push(recording);
    }
    return sinks && this.#follow(sinks);
  }

  meetRoot(followed: FollowedRoot | undefined): void {
    for (const recording of this.#recordings) {
      const isFollowed = followed?.sinks.includes(recording) === true;
      if (isFollowed) recording.roots++;
      else if (recording.choice.isNext) recording.skipRoot();
      else {
        recording.choice.pass();
        continue;
      }
      recording.choice.take();
    }
  }

  chooseByContext(active: Context): FollowedRoot | undefined {
    if (isOwnContext(active)) return undefined;
    let sinks: Recording[] | undefined;
    for (const recording of this.#recordings) {
      if (!recording.choice.takesContext(active, this.#contexts)) continue;
      if (this.#affords(recording)) {
        recording.roots++;
        (sinks ??= []).push(recording);
      } else {
        recording.skipRoot();
        recording.choice.refuse(active);
      }
    }
    return sinks && this.#follow(sinks);
  }

  onRun(run: FollowedRun): void {
    // Most callbacks have no await: there is nothing to tell of them.
    if (run.resumed === undefined && !run.hasParked) return;
    this.#queue.push(run);
    this.#pendingEvents += run.window.events.length;
    if (this.#pendingEvents > MAX_PENDING_EVENTS) this.#settle(Infinity);
    else this.#schedule();
  }

  scheduleEnd(): void {
    this.#schedule();
  }

  spend(root: FollowedRoot, millis: number): void {
    this.#pay(root, millis, 1);
    if (!root.sinks.every(({ isOverdrawn }) => isOverdrawn)) return;
    root.isGivenUp = true;
    for (const sink of root.sinks) sink.skipRoot();
  }

  onFault(fault: unknown): void {
    // The application may use up the stack and go on: of an event for which none is left nothing is known.
    if (isStackOverflow(fault) || this.#hasFault) return;
    this.#hasFault = true;
    this.#hook?.close();
    // In a turn of its own: what the application's logger does has no place inside an await.
    nextTurn(() => this.#end(fault));
  }

  #end(fault: unknown): void {
    this.#hasFault = false;
    this.#dropQueue();
    this.close();
    tellFault('timelines have ended', fault);
  }

  #dropQueue(): void {
    for (const run of this.#queue.splice(0)) run.dropEvents();
    this.#pendingEvents = 0;
  }

  /** Looks at the hooks while there is somebody to do it for. */
  #onRecordings(): void {
    this.isByContext = [...this.#recordings].some(({ choice }) => choice.isByContext);
    if (this.#recordings.size > 0 && this.#detach === undefined) this.#attach();
    if (this.#recordings.size > 0 || this.#detach === undefined) return;
    this.#detach();
    this.#detach = undefined;
    this.#hook?.close();
    this.#hook = undefined;
    this.#dropQueue();
    this.#roots.clear();
  }

  #attach(): void {
    const unobserve = this.#engine.observe(
      (...hooks) => (this.#hook = createTimelineHook(this, this.#stamp, ...hooks)),
    );
    const unlisten = onSpanStart((span) => this.#hook?.root?.noteSpan(span));
    this.#detach = () => {
      unobserve();
      unlisten();
    };
  }

  #follow(sinks: readonly Recording[]): FollowedRoot {
    const root = new FollowedRoot(++this.lastRoot, sinks);
    this.#roots.add(root.ref);
    this.#collectedRoots.watch(root, root.ref);
    return root;
  }

  #affords({ limit }: Recording): boolean {
    return this.#tracker.size < MAX_LIVE_TASKS && limit.allowsMore(nowMillis());
  }

  /** Several recordings of one root share the cost; each is told all of it. */
  #pay(root: FollowedRoot, millis: number, events: number): void {
    let counted = 0;
    for (const sink of root.sinks) counted = sink.spend(millis, events);
    this.#engine.account(counted);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Not referenced: nothing is kept running for it.
    nextTurn(() => {
      this.#scheduled = false;
      this.#hook?.endCallback();
      if (!this.#settle(SLICE_MILLIS)) this.#schedule();
    }).unref();
  }

  /** Reads runs for about so long; true when all are read. */
  #settle(budgetMillis: number): boolean {
    const deadline = nowMillis() + budgetMillis;
    try {
      while (this.#queue.length > 0 && nowMillis() < deadline) this.#read(this.#queue.shift()!);
      this.#tidy();
    } catch (fault) {
      this.onFault(fault);
      return true;
    }
    return this.#queue.length === 0;
  }

  #read(run: FollowedRun): void {
    const startedAt = nowMillis();
    const events = run.window.events.length;
    this.#pendingEvents -= events;
    const parked = this.#tracker.add(run);
    // It made promises and called `then`, but came to no await.
    if (run.resumed === undefined && parked === 0) for (const sink of run.root.sinks) sink.giveBackRoot();
    this.#pay(run.root, nowMillis() - startedAt, 1 + events);
  }

  #openWaits(recording: Recording, now: number): Slice[] {
    const slices: Slice[] = [];
    for (const task of this.#tracker.live()) {
      const slice = task.root.sinks.includes(recording) ? this.#tracker.openWait(task, now) : undefined;
      if (slice) slices.push(slice);
    }
    return slices;
  }

  #tidy(): void {
    if (!this.#keeper.wantsCompaction || this.#queue.length > 0) return;
    const held = new Set<{ stack: number }>();
    for (const { ring } of this.#recordings) for (const slice of ring) held.add(slice);
    for (const { parks } of this.#tracker.live()) for (const park of parks) held.add(park);
    this.#keeper.compact([...held]);
  }
}

/** Of its own, since it outlives the recorder: nothing but the set is held. */
function forgetting<T>(set: Set<T>): Collections<T> {
  return new Collections((one) => set.delete(one));
}
