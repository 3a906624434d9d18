import { unixNanoOf } from '../base/clock.ts';
import type { StackFrame } from '../base/types.ts';
import type { Contribution } from '../capture/live-sample.ts';
import type { TaskContext } from '../capture/task-context.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import type { Consistency } from './task-snapshot.ts';

/** What a snapshot is made of. */
export interface SnapshotParts {
  readonly contributions: Iterable<Contribution>;
  /** The monotonic moment that the snapshot is of. */
  readonly now: number;
  readonly leftOut: number;
  readonly isExact: boolean;
  readonly consistency: Consistency;
}

/** A task that was looked at, and what it stands for. */
export interface ListedTask {
  readonly contribution: Contribution;
  /** Its span and labels as they were when the list was made. */
  readonly context: TaskContext;
  /** Leaf first. Equal stacks of one list are the same object. */
  readonly stack: readonly StackFrame[];
  /** Equal for equal stacks of one list. */
  readonly stackNumber: number;
}

/** The tasks of a snapshot, each for itself. It stays right while the engine goes on. */
export interface TaskList {
  readonly tasks: readonly ListedTask[];
  readonly timeUnixNano: bigint;
  readonly consistency: Consistency;
  readonly isExact: boolean;
  readonly droppedTasks: number;
  /** Labels that the limits left out or cut off. */
  readonly cutLabels: number;
  /** That of the engine: a list without tasks has none of its own. */
  readonly samplingProbability: number;
}

/** To be called in the turn that the contributions are of: the engine gives its stacks new numbers at times. */
export function listTasks(engine: TaskEngine, parts: SnapshotParts): TaskList {
  const stacks = new Map<number, readonly StackFrame[]>();
  let cutLabels = 0;
  const tasks = Array.from(parts.contributions, (contribution): ListedTask => {
    const { context } = contribution.task;
    cutLabels += context.labels.cut;
    const { stack: stackNumber } = contribution.task;
    let stack = stacks.get(stackNumber);
    if (stack === undefined) stacks.set(stackNumber, (stack = Object.freeze(engine.framesOf(contribution.task))));
    return { contribution, context, stack, stackNumber };
  });
  engine.noteCutLabels(cutLabels);
  return {
    tasks,
    timeUnixNano: unixNanoOf(parts.now),
    consistency: parts.consistency,
    isExact: parts.isExact,
    droppedTasks: engine.counts.droppedTasks + parts.leftOut,
    cutLabels,
    samplingProbability: engine.samplingProbability,
  };
}

/** That of a profiler that does not run. */
export function emptyTaskList(now: number): TaskList {
  return {
    tasks: [],
    timeUnixNano: unixNanoOf(now),
    consistency: 'moment',
    isExact: false,
    droppedTasks: 0,
    cutLabels: 0,
    samplingProbability: 0,
  };
}
