import type { TaskContext } from '../capture/task-context.ts';
import type { TaskRecord } from '../capture/task-record.ts';

/** What was found out about a followed park. Holds numbers and strings only, but for the record of a capture. */
export class KnownPark {
  /** Undefined in the profiler's own tasks. */
  readonly context: TaskContext | undefined;
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

  constructor(context: TaskContext | undefined) {
    this.context = context;
  }
}
