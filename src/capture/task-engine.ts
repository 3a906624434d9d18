import type { Random } from '../base/random.ts';
import type { StackFrame } from '../base/types.ts';
import type { FinishedWaits } from './finished-waits.ts';
import type { TaskRecord } from './task-record.ts';

/** What an engine is made with: complete and checked. */
export interface CaptureOptions {
  readonly sampling: 'adaptive' | 'all' | number;
  readonly maxTasks: number;
  readonly overheadBudget: number;
  readonly maxStackDepth: number;
  readonly random: Random;
}

/** What an engine did since it was started. */
export interface EngineCounts {
  /** Stacks captured. */
  readonly captures: number;
  /** Sampled tasks given up because the live set was full. */
  readonly droppedTasks: number;
  /** Sampled tasks whose promise was garbage-collected while they were parked. */
  readonly lostTasks: number;
  /** Main-thread time of captures and resolution. */
  readonly spentMillis: number;
  /** Promise hook events that the application left no stack for, in a recursion without end. */
  readonly missedEvents: number;
  /** Faults in a hook; the first ends the engine. */
  readonly faults: number;
}

/**
 * A way to know the live tasks, from its making until `stop()`. Snapshots, intervals and all behind them know only this: the
 * engine that captures stacks at the park is one, an engine that follows tasks and walks their stacks later can be another.
 */
export interface TaskEngine {
  /** False after `stop()` and after a fault. */
  readonly running: boolean;
  readonly counts: EngineCounts;
  /** Probability with which a task that parks now is sampled. */
  readonly samplingProbability: number;
  /** Whether every task that has parked since the start is in the live set while it is parked. */
  readonly isExact: boolean;
  /** The sampled tasks that are parked now; true after `settle`, until the application goes on. */
  readonly liveTasks: readonly TaskRecord[];
  /** Brings the live set up to date, in one go. */
  settle(): void;
  /** The same for about `budgetMillis`; true when it is up to date. Not to be called while application code is on the stack. */
  settleSlice(budgetMillis: number): boolean;
  /** The frames of a record's stack, leaf first; equal frames are the same object. */
  framesOf(record: TaskRecord): StackFrame[];
  openInterval(): FinishedWaits;
  closeInterval(interval: FinishedWaits): void;
  /** Idempotent. Removes the hooks and lets go of everything. */
  stop(): void;
}
