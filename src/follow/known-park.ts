import { LateContext } from '../capture/late-context.ts';
import type { TaskContext } from '../capture/task-context.ts';
import type { TaskRecord } from '../capture/task-record.ts';

/** What was found out about a followed park: numbers and strings, the record of a capture, and its context for a while. */
export class KnownPark {
  #context: LateContext | TaskContext | undefined;
  /** Where it was captured at the park as well. */
  record: TaskRecord | undefined;
  /** `unknown`: its stack was not taken, or nobody can tell. `none`: it is no task. */
  verdict: 'unknown' | 'task' | 'none' = 'unknown';
  /** Share of a task that it stands for: 1, but where parks alike turned out to be tasks in some cases only. */
  share = 1;
  /** Whether the verdict is of a capture, or of walks alike whose captures agreed. */
  isSure = false;
  /** Nodes of the stack table: as it was walked, and as it is shown. */
  walked = 0;
  stack = 0;
  operationFrames = 0;

  /** `context`: undefined in the profiler's own tasks. */
  constructor(context: LateContext | TaskContext | undefined) {
    this.#context = context;
  }

  /** The span and the labels as they are now, or were when the context was let go of; undefined in the profiler's own tasks. */
  get context(): TaskContext | undefined {
    return this.#context instanceof LateContext ? this.#context.current : this.#context;
  }

  get isOwn(): boolean {
    return this.#context === undefined;
  }

  /** Another of the same park, of which nothing is known yet. */
  anew(): KnownPark {
    return new KnownPark(this.#context);
  }

  /** It could not be walked, and is taken for what a captured one on the same promise is. */
  isAs({ verdict, stack, operationFrames }: KnownPark): void {
    this.verdict = verdict;
    this.stack = stack;
    this.operationFrames = operationFrames;
  }

  /** Reads the context for the last time and does not hold it any more. */
  letGoOfContext(): void {
    this.#context = this.context;
  }
}
