import { EMPTY_TASK_CONTEXT, type TaskContext } from '../capture/task-context.ts';
import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { FollowedRun } from './followed-run.ts';
import { type FollowedPark, type FollowedRoot, FollowedTask } from './followed-task.ts';
import type { Thread, ThreadReader } from './run-threads.ts';
import type { Slice } from './slice-sink.ts';

/** A caller that goes on later than this after its call has ended has waited for something else. */
const BETWEEN_CALLS_MILLIS = 0.1;

/** Makes tasks and their slices of time out of runs, which have to come in the order in which they were. */
export class TaskTracker {
  readonly #threads: ThreadReader;
  readonly #keeper: StackKeeper;
  /** Weak: a task is held by the promises that it is parked at, and is lost with them. */
  readonly #live = new Set<WeakRef<FollowedTask>>();
  #tasks = 0;

  constructor(threads: ThreadReader, keeper: StackKeeper) {
    this.#threads = threads;
    this.#keeper = keeper;
  }

  /** Tasks that are parked, some of which may be lost. */
  get size(): number {
    return this.#live.size;
  }

  *live(): Iterable<FollowedTask> {
    for (const ref of this.#live) {
      const task = ref.deref();
      if (task === undefined) this.#live.delete(ref);
      else yield task;
    }
  }

  /** How many tasks have parked in it. */
  add(run: FollowedRun): number {
    const { resumed } = run;
    const threads = this.#threads.read(run);
    const parked = threads.length;
    const task = resumed?.task ?? resumed?.then?.task;
    resumed?.lateContext?.settle();
    if (resumed === undefined) this.#begin(run, threads);
    else if (task !== undefined) this.#goOn(task, resumed, run, threads);
    for (const thread of threads) this.#start(run.root, thread);
    run.dropEvents();
    return parked;
  }

  /** The wait that goes on, until `now`. */
  openWait(task: FollowedTask, now: number): Slice | undefined {
    const [park] = task.parks;
    if (park === undefined || task.waitingSince === undefined || task.waitingSince >= now) return undefined;
    return sliceOf(task, park, 'waiting', task.waitingSince, now);
  }

  /** The function that parks last is the root itself, the others are what it has started. */
  #begin(run: FollowedRun, threads: Thread[]): void {
    const thread = threads.pop();
    if (thread === undefined) return;
    const task = this.#start(run.root, thread);
    this.#tell(task, thread.at(-1)!, 'running', run.startedAt, thread[0]!.parkedAt);
  }

  #goOn(task: FollowedTask, resumed: FollowedPark, run: FollowedRun, threads: Thread[]): void {
    this.#endWait(task, run.startedAt);
    const isLink = resumed.task === undefined;
    // What is inside of it never resumed: the wrapper of a value, a call whose outcome nobody waited for.
    if (!isLink) task.parks.splice(0, Math.max(task.parks.indexOf(resumed), 0));
    const again = isLink ? undefined : this.#takeNext(resumed, run, threads);
    const endedAt = again?.[0]?.parkedAt ?? run.endedAt;
    this.#tell(task, isLink ? resumed.then! : resumed, 'running', run.startedAt, endedAt);
    if (!isLink) task.parks.shift();
    if (again) {
      for (const park of again) park.task = task;
      task.parks.unshift(...again);
    }
    task.waitingSince = endedAt;
    task.isBetweenCalls = again === undefined;
    if (task.parks.length === 0) this.#live.delete(task.ref);
  }

  /** Where the function that resumed has parked again, that was the last thing that happened. */
  #takeNext(resumed: FollowedPark, run: FollowedRun, threads: Thread[]): Thread | undefined {
    const outermost = threads.at(-1)?.at(-1);
    if (outermost === undefined || outermost.event !== run.window.events.at(-1)) return undefined;
    return this.#isSameFunction(outermost, resumed) ? threads.pop() : undefined;
  }

  #isSameFunction(one: FollowedPark, other: FollowedPark): boolean {
    const { frames, stacks } = this.#keeper;
    return frames.sameFunction(stacks.frameOf(this.#ownStack(one)), stacks.frameOf(this.#ownStack(other)));
  }

  /** Without the operation. */
  #ownStack({ stack, operationFrames }: FollowedPark): number {
    const { stacks } = this.#keeper;
    return stacks.outermost(stack, stacks.depthOf(stack) - operationFrames);
  }

  #start(root: FollowedRoot, thread: Thread): FollowedTask {
    const task = new FollowedTask(++this.#tasks, root, thread);
    task.waitingSince = thread[0]!.parkedAt;
    this.#live.add(task.ref);
    return task;
  }

  #endWait(task: FollowedTask, now: number): void {
    const { waitingSince, isBetweenCalls, parks } = task;
    task.waitingSince = undefined;
    if (waitingSince === undefined || parks.length === 0) return;
    if (isBetweenCalls && now - waitingSince < BETWEEN_CALLS_MILLIS) return;
    this.#tell(task, parks[0]!, 'waiting', waitingSince, now);
  }

  #tell(task: FollowedTask, park: FollowedPark, state: Slice['state'], from: number, to: number): void {
    if (to <= from) return;
    const slice = sliceOf(task, park, state, from, to, state === 'running' ? this.#ownStack(park) : park.stack);
    for (const sink of task.root.sinks) sink.push(slice);
  }
}

function sliceOf(
  { root, number }: FollowedTask,
  park: FollowedPark,
  state: Slice['state'],
  startedAt: number,
  endedAt: number,
  stack = park.stack,
): Slice {
  const context: TaskContext = park.lateContext?.current ?? EMPTY_TASK_CONTEXT;
  const awaitIndex = state === 'waiting' ? park.operationFrames : 0;
  return { root, task: number, state, startedAt, endedAt, stack, awaitIndex, context };
}
