import type { Random } from '../base/random.ts';
import type { CodeFrame } from '../base/types.ts';
import type { TaskLabelConfig } from '../config/labels.ts';
import type { MakeObserver } from './promise-observer.ts';
import type { LostTasks } from './lost-tasks.ts';
import type { Contribution, LiveSample, SampledTask, SampleRequest } from './live-sample.ts';

/** What an engine is made with: complete and checked. */
export interface CaptureOptions {
  readonly sampling: 'adaptive' | 'all' | number;
  readonly maxTasks: number;
  readonly overheadBudget: number;
  readonly maxStackDepth: number;
  readonly strongMillis: number;
  readonly stuckMillis: number;
  readonly labels: TaskLabelConfig;
  readonly random: Random;
}

/** What an engine did since it was started, and where it stands. */
export interface EngineCounts {
  /**
   * Tasks that began to park, that resumed, and that were lost (their promise was garbage-collected while they were parked).
   * Exact while every park is captured, estimates without bias from those that were otherwise; they only grow. What was
   * captured and not yet resolved counts a turn of the event loop later.
   */
  readonly startedTasks: number;
  /** As `startedTasks`. */
  readonly resumedTasks: number;
  /** As `startedTasks`. */
  readonly estimatedLostTasks: number;
  /** Probability with which the stack of a task that begins to park now is captured. */
  readonly captureProbability: number;
  /** Probability with which a task that starts now is followed; undefined where tasks are only captured. */
  readonly followProbability: number | undefined;
  /** Share of the time in which the hooks are on: 1, but where they alone take more than the budget. */
  readonly dutyCycle: number;
  /** Captured tasks that are held now. */
  readonly captured: number;
  /** Stacks captured at the park. */
  readonly captures: number;
  /** Stacks walked later. */
  readonly walks: number;
  /** Parks that are followed now: awaits, and links that `.then` makes. */
  readonly followed: number;
  /** Sampled tasks given up because the live set was full. */
  readonly droppedTasks: number;
  /** Sampled tasks whose promise was garbage-collected while they were parked. */
  readonly lostTasks: number;
  /** Labels left out or cut off by their limits, in what snapshots and intervals have shown. */
  readonly cutLabels: number;
  /** Main-thread time of captures, resolution, walks and following. */
  readonly spentMillis: number;
  /** Promise hook events that the application left no stack for, in a recursion without end. */
  readonly missedEvents: number;
  /** Faults in a hook; the first ends the engine. */
  readonly faults: number;
}

/** A sample that is taken between turns of the event loop. */
export interface SlicedSample {
  /** Works on for about so long; true when it is done. Not to be called while application code is on the stack. */
  slice(budgetMillis: number): boolean;
  end(): LiveSample;
}

/** A stretch of time, from its opening on. */
export interface EngineInterval {
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** What the mean number of live tasks until `now` consists of. */
  end(now: number): IntervalSample;
  /** Lets go of what was kept for it. */
  close(): void;
}

export interface IntervalSample {
  readonly contributions: Iterable<Contribution>;
  readonly isExact: boolean;
}

/**
 * A way to know the live tasks, from its making until `stop()`. Snapshots, intervals and all behind them know only this: one
 * engine captures stacks at the park, the other follows tasks and walks their stacks later.
 */
export interface TaskEngine {
  /** False after `stop()` and after a fault. */
  readonly running: boolean;
  readonly lost: LostTasks;
  /** From which age on a task is stuck. */
  readonly stuckMillis: number;
  readonly counts: EngineCounts;
  /** Probability with which a task that begins to park now is sampled. */
  readonly samplingProbability: number;
  /** About how many tasks are parked now, in some microseconds: none of them is looked at. */
  readonly liveTasks: number;
  /**
   * When the task that has waited longest parked, in monotonic milliseconds, of those that parked after `after`; undefined where
   * there is none among what is known. In some microseconds.
   */
  oldestParkedAt(after: number): number | undefined;
  /** About how many tasks have been parked for at least so long; as cheap, but for the first thousands of them. */
  tasksOlderThan(millis: number): number;
  /** Samples as with `'all'` within this budget from now on, and within the own one again with undefined. */
  setBurst(overheadBudget: number | undefined): void;
  /** The tasks that are parked now, in one go. */
  sample(request: SampleRequest): LiveSample;
  /** The same bit by bit: each task as it is at its own moment. */
  beginSample(request: SampleRequest): SlicedSample;
  /** Does what can be done ahead of a sample or the end of an interval for about `budgetMillis`; true when nothing is left. */
  settleSlice(budgetMillis: number): boolean;
  /** The frames of a task's stack, leaf first; equal frames are the same object. */
  framesOf(task: SampledTask): CodeFrame[];
  /** All frames that are known. */
  readonly frames: Iterable<CodeFrame>;
  /** Shows every event of the hooks to one more, until the returned function is called. One at a time. */
  observe(make: MakeObserver): () => void;
  /** Somebody else spent so long, within a budget of its own: `spentMillis` counts it in. */
  account(millis: number): void;
  /** From now on, or from a moment of this turn on, monotonic milliseconds. */
  openInterval(startedAt?: number): EngineInterval;
  /** So many labels were cut in a snapshot or an interval. */
  noteCutLabels(count: number): void;
  /** Idempotent. Removes the hooks and lets go of everything. */
  stop(): void;
  /** Node's own function, so that V8 calls nothing of the engine any more also where `stop` fails. Idempotent. */
  readonly removeHook: () => void;
}
