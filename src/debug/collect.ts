import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { TaskProfiler } from '../profiler.ts';
import type { IntervalTaskList } from '../snapshot/interval.ts';
import type { LostTaskList } from '../snapshot/lost.ts';
import { sampleRequest } from '../snapshot/snapshot-options.ts';
import type { ListedTask, TaskList } from '../snapshot/task-list.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { framesMatching } from './pattern.ts';
import type { DebugQuery, TimelineQuery } from './query.ts';
import { RequestError } from './request-error.ts';

/** The tasks of now, those of an interval, or lost ones. */
export type CollectedTasks = TaskList | IntervalTaskList | LostTaskList;

/**
 * The tasks that a request asks for.
 *
 * @throws RequestError a 503 where the profiler does not run
 * @throws Error the reason of `signal` where that is aborted during an interval
 */
export async function collectTasks(
  profiler: TaskProfiler,
  query: DebugQuery,
  signal: AbortSignal,
): Promise<CollectedTasks> {
  // No application code is on the stack of a turn of its own.
  await nextTurn();
  if (!profiler.running) throw notRunning();
  const list =
    query.seconds === undefined
      ? await collectNow(profiler, query)
      : await collectInterval(profiler, query.seconds, query, signal);
  return query.matching === undefined ? list : await keepMatching(list, query.matching);
}

/**
 * The timeline that a request asks for.
 *
 * @throws RequestError a 503 where the profiler does not run
 * @throws Error the reason of `signal` where that is aborted meanwhile
 */
export async function collectTimeline(
  profiler: TaskProfiler,
  { seconds, options }: TimelineQuery,
  signal: AbortSignal,
): Promise<Timeline> {
  const recording = profiler.timeline(options);
  if (recording === undefined) throw notRunning();
  await sleepOr(() => recording.stop(), seconds, signal);
  if (!recording.active) throw notRunning();
  return recording.stop();
}

function collectNow(
  profiler: TaskProfiler,
  { consistency, filters, sampleType }: DebugQuery,
): TaskList | Promise<TaskList> {
  if (sampleType === 'lost') return profiler.listLostTasks(filters);
  return consistency === 'moment' ? profiler.listTasks(filters) : profiler.listTasksIncremental(filters);
}

async function collectInterval(
  profiler: TaskProfiler,
  seconds: number,
  { filters, sampleType }: DebugQuery,
  signal: AbortSignal,
): Promise<IntervalTaskList | LostTaskList> {
  await profiler.settleInSlices();
  const interval = profiler.openInterval();
  if (interval === undefined) throw notRunning();
  await sleepOr(() => interval.close(), seconds, signal);
  await profiler.settleInSlices();
  if (!interval.active) throw notRunning();
  const { wanted, minWaitMillis } = sampleRequest(filters, Infinity, profiler.view);
  const list = interval.endAsList();
  return keep(
    sampleType === 'lost' ? interval.lostAsList() : list,
    ({ contribution: { waitMillis }, context }) =>
      waitMillis >= minWaitMillis && (wanted === undefined || wanted.accepts(context)),
  );
}

/** `end` is called where it is cut short. */
async function sleepOr(end: () => unknown, seconds: number, signal: AbortSignal): Promise<void> {
  try {
    // A process that is done does not go on for somebody who looks at it.
    await sleep(seconds * 1_000, undefined, { signal, ref: false });
  } catch (aborted) {
    end();
    throw aborted;
  }
}

async function keepMatching<List extends TaskList>(list: List, pattern: string): Promise<List> {
  const stacks = new Set(list.tasks.map(({ stack }) => stack));
  const frames = new Set([...stacks].flat());
  const matching = await framesMatching(frames, pattern);
  const kept = new Set([...stacks].filter((stack) => stack.some((frame) => matching.has(frame))));
  return keep(list, ({ stack }) => kept.has(stack));
}

function keep<List extends TaskList>(list: List, isWanted: (task: ListedTask) => boolean): List {
  return { ...list, tasks: list.tasks.filter(isWanted) };
}

function notRunning(): RequestError {
  return new RequestError(503, 'the profiler does not run');
}
