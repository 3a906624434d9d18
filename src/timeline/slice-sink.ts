import type { TaskContext } from '../capture/task-context.ts';
import type { FollowedRoot } from './followed-task.ts';

/** A stretch of time of one task. */
export interface Slice {
  readonly root: FollowedRoot;
  readonly task: number;
  readonly state: 'waiting' | 'running';
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Node of the stack table. */
  stack: number;
  /** Which frame of the stack, from the leaf, holds the await. */
  readonly awaitIndex: number;
  readonly context: TaskContext;
}

/** Who wants to know what a root does, and pays for it. */
export interface SliceSink {
  readonly isClosed: boolean;
  /** The budget is used up far beyond what it is. */
  readonly isOverdrawn: boolean;
  /** Slices come in the order of their ends. */
  push(slice: Slice): void;
  /** Something is missing. */
  drop(): void;
  /** So many events took so long. What of that is counted. */
  spend(millis: number, events: number): number;
  /** A root that was chosen is not followed, or no longer. */
  skipRoot(): void;
  /** A root that was followed was none. */
  giveBackRoot(): void;
}
