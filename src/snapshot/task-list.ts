import { unixNanoOf } from '../base/clock.ts';
import type { StackFrame } from '../base/types.ts';
import type { TaskLabels } from '../base/task-labels.ts';
import type { Contribution, SampledTask } from '../capture/live-sample.ts';
import type { TaskContext } from '../capture/task-context.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import { PLAIN_VIEW, type StackView } from '../frames/stack-view.ts';
import { ShownStacks } from './shown-stacks.ts';
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
  /** It has waited for the engine's `stuckMillis`. */
  readonly isStuck?: boolean;
  /** Leaf first, as people read it. Equal stacks of one list are the same object. */
  readonly stack: readonly StackFrame[];
  /** Which frame of it holds the await. */
  readonly awaitIndex: number;
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
  /** Below 1: the share of the time in which the hooks are on. */
  readonly dutyCycle?: number;
  /** That of the engine: a list without tasks has none of its own. */
  readonly samplingProbability: number;
}

/** To be called in the turn that the contributions are of: the engine gives its stacks new numbers at times. */
export function listTasks(engine: TaskEngine, parts: SnapshotParts, view: StackView = PLAIN_VIEW): TaskList {
  const stacks = new ShownStacks(view, (task: SampledTask) => engine.framesOf(task));
  const labels = new Map<TaskLabels, TaskLabels>();
  let cutLabels = 0;
  const tasks = Array.from(parts.contributions, (contribution): ListedTask => {
    const { task } = contribution;
    const { span, labels: own } = task.context;
    cutLabels += own.cut;
    let shown = labels.get(own);
    if (shown === undefined) labels.set(own, (shown = view.labels(own)));
    const context = shown === own ? task.context : { span, labels: shown };
    const { stack, stackNumber, operationFrames: awaitIndex } = stacks.of(task);
    const isStuck = contribution.waitMillis >= engine.stuckMillis;
    return { contribution, context, stack, stackNumber, awaitIndex, ...(isStuck && { isStuck }) };
  });
  engine.noteCutLabels(cutLabels);
  const { droppedTasks, dutyCycle } = engine.counts;
  return {
    tasks,
    timeUnixNano: unixNanoOf(parts.now),
    consistency: parts.consistency,
    isExact: parts.isExact,
    droppedTasks: droppedTasks + parts.leftOut,
    cutLabels,
    samplingProbability: engine.samplingProbability,
    ...(dutyCycle < 1 && { dutyCycle }),
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
