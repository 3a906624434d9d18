import { nanosOf, nowMillis } from '../base/clock.ts';
import type { LostTaskList as HeldLosses } from '../capture/lost-tasks.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import type { StackView } from '../frames/stack-view.ts';
import { groupTasks } from './build-snapshot.ts';
import { emptyTaskList, type ListedTask, listTasks, type TaskList } from './task-list.ts';
import { checkSnapshotOptions, sampleRequest, type SnapshotOptions } from './snapshot-options.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

interface LostSpan {
  /** Tells it from a snapshot of live tasks. */
  readonly lost: true;
  /** Nanoseconds since 1970. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds. */
  readonly durationNano: bigint;
}

/**
 * Tasks that were lost in a stretch of time: they will never resume, because what they await was garbage-collected. `tasks` of a
 * sample is how many; `oldestWaitMillis` how long the oldest of them had been parked when that was seen; `span` did not end by
 * what they would have done.
 */
export interface LostTaskSnapshot extends TaskSnapshot, LostSpan {}

/** The tasks that such a snapshot is made of. */
export interface LostTaskList extends TaskList, LostSpan {}

/** Which lost tasks are wanted; all that are given must hold. As of a snapshot. */
export type LostTaskOptions = Pick<SnapshotOptions, 'minWaitMillis' | 'labels' | 'traceId' | 'matching'>;

/** What was lost until now. Options are checked. */
export function listLost(
  engine: TaskEngine,
  losses: HeldLosses,
  view: StackView,
  options: LostTaskOptions = {},
): LostTaskList {
  const now = nowMillis();
  const isWanted = filterOf(engine, options, view);
  const list = listTasks(
    engine,
    {
      contributions: losses.contributions(),
      now,
      leftOut: 0,
      // What was not collected yet is not known to be lost.
      isExact: false,
      consistency: 'interval',
    },
    view,
  );
  return {
    ...list,
    // Stuck is what may go on.
    tasks: list.tasks.filter(isWanted).map((task) => ({ ...task, isStuck: false })),
    droppedTasks: losses.dropped,
    ...spanOf(list, now - losses.startedAt),
  };
}

/** That of a profiler that does not run. */
export function emptyLostList(): LostTaskList {
  const list = emptyTaskList(nowMillis());
  return { ...list, ...spanOf(list, 0) };
}

export function groupLost(list: LostTaskList): LostTaskSnapshot {
  const { lost, startTimeUnixNano, durationNano } = list;
  return Object.freeze({ ...groupTasks(list), lost, startTimeUnixNano, durationNano });
}

/** @throws InvalidOptionError */
export function checkLostTaskOptions(options: LostTaskOptions): void {
  checkSnapshotOptions(options);
}

function spanOf({ timeUnixNano }: TaskList, millis: number): LostSpan {
  // A duration of 0 is read as ten seconds by some backends.
  const durationNano = nanosOf(Math.max(millis, Number.MIN_VALUE)) || 1n;
  return { lost: true, durationNano, startTimeUnixNano: timeUnixNano - durationNano };
}

function filterOf(engine: TaskEngine, options: LostTaskOptions, view: StackView): (task: ListedTask) => boolean {
  const { minWaitMillis, wanted, matches } = sampleRequest(options, Infinity, view);
  return ({ contribution: { waitMillis, task } }) =>
    waitMillis >= minWaitMillis &&
    (wanted === undefined || wanted.accepts(task.context)) &&
    (matches === undefined || matches(engine.framesOf(task), task.operationFrames));
}
