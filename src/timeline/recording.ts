import { nowMillis } from '../base/clock.ts';
import { cancel, later } from '../base/own-timers.ts';
import type { Random } from '../base/random.ts';
import { ContextFilter } from '../capture/context-filter.ts';
import type { TimelineConfig } from '../config/timeline.ts';
import type { StackView } from '../frames/stack-view.ts';
import { CostLimit } from './cost-limit.ts';
import { RootChoice } from './root-choice.ts';
import { SliceRing } from './slice-ring.ts';
import type { Slice, SliceSink } from './slice-sink.ts';
import type { Timeline } from './timeline.ts';

/** What a recording did since its begin. */
export interface TimelineCounts {
  /** Roots that were chosen and followed. */
  readonly roots: number;
  /** Roots that were chosen, and not followed or not to their end: the budget was used up. */
  readonly skippedRoots: number;
  /** Slices that there was no room for. */
  readonly droppedSlices: number;
  /** Main-thread time of captures and of what is made of them. */
  readonly spentMillis: number;
}

/** A timeline that is being recorded. */
export interface TimelineRecording {
  /** False once it was stopped, has come to its end, or the profiler has stopped. */
  readonly active: boolean;
  /** Until now. */
  readonly counts: TimelineCounts;
  /** What was recorded since the last `take()`, or since the begin; it goes on. Some 2 us for each slice. */
  take(): Timeline;
  /** Ends it. What `take()` would give; the same again where it had ended before. */
  stop(): Timeline;
  /** Resolves at its end, with what was recorded since the last `take()`. Never rejects. */
  readonly finished: Promise<Timeline>;
}

/** What a recording needs of its recorder. */
export interface RecordingHost {
  /** How labels are shown: they can be asked for so as well. */
  readonly view: StackView;
  /** What it holds, and the waits that go on, until now. */
  read(recording: Recording): Timeline;
  remove(recording: Recording): void;
}

/** One of the recordings of a recorder: whom it chooses, and what it holds of them. */
export class Recording implements TimelineRecording, SliceSink {
  readonly finished: Promise<Timeline>;
  readonly choice: RootChoice;
  readonly limit: CostLimit;
  readonly ring: SliceRing;
  /** Since when `take()` tells, monotonic milliseconds. */
  since = nowMillis();
  roots = 0;
  skippedRoots = 0;
  /** Dropped by `take()`s before. */
  droppedBefore = 0;
  isClosed = false;
  #told: Pick<TimelineCounts, 'roots' | 'skippedRoots'> = { roots: 0, skippedRoots: 0 };
  readonly #host: RecordingHost;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #finish: (timeline: Timeline) => void;
  #last: Timeline | undefined;

  constructor(config: TimelineConfig, random: Random, host: RecordingHost) {
    const { everyNthRoot, labels, traceId, maxSlices, durationMillis, overheadBudget } = config;
    const isFiltered = labels !== undefined || traceId !== undefined;
    const shownText = (name: string, text: string): string => host.view.labelText(name, text);
    const filter = isFiltered ? new ContextFilter(labels, traceId, shownText) : undefined;
    this.choice = new RootChoice(everyNthRoot, filter, random);
    this.limit = new CostLimit(overheadBudget, this.since);
    this.ring = new SliceRing(maxSlices);
    this.#host = host;
    const { promise, resolve } = Promise.withResolvers<Timeline>();
    this.finished = promise;
    this.#finish = resolve;
    if (durationMillis !== undefined) this.#timer = later(() => this.stop(), durationMillis);
  }

  get active(): boolean {
    return !this.isClosed;
  }

  get counts(): TimelineCounts {
    const { roots, skippedRoots } = this;
    const droppedSlices = this.droppedBefore + this.ring.dropped;
    return { roots, skippedRoots, droppedSlices, spentMillis: this.limit.spentMillis };
  }

  /** Since the last time. A root of before that was given back meanwhile does not make it less than none. */
  takeCounts(): Pick<Timeline, 'roots' | 'skippedRoots' | 'droppedSlices'> {
    const { roots, skippedRoots } = this;
    const { roots: toldRoots, skippedRoots: toldSkipped } = this.#told;
    this.#told = { roots, skippedRoots };
    const droppedSlices = this.ring.dropped;
    this.droppedBefore += droppedSlices;
    return { roots: Math.max(roots - toldRoots, 0), skippedRoots: skippedRoots - toldSkipped, droppedSlices };
  }

  push(slice: Slice): void {
    if (!this.isClosed && slice.endedAt > this.since) this.ring.push(slice);
  }

  drop(): void {
    this.ring.drop();
  }

  get isOverdrawn(): boolean {
    return this.limit.isOverdrawn;
  }

  spend(millis: number, events: number): number {
    return this.limit.spend(millis, events);
  }

  skipRoot(): void {
    this.skippedRoots++;
  }

  giveBackRoot(): void {
    this.roots--;
    this.choice.giveBack();
  }

  take(): Timeline {
    return this.#last ?? this.#host.read(this);
  }

  stop(): Timeline {
    if (this.#last !== undefined) return this.#last;
    this.#last = this.#host.read(this);
    this.isClosed = true;
    cancel(this.#timer);
    this.#host.remove(this);
    this.#finish(this.#last);
    return this.#last;
  }
}
