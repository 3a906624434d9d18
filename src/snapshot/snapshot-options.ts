import { InvalidOptionError } from '../base/errors.ts';
import type { LabelValue, StackFrame } from '../base/types.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import type { TaskRecord } from '../capture/task-record.ts';

/** Which tasks a snapshot takes; all that are given must hold. Each filter costs some microseconds for each live task. */
export interface SnapshotOptions {
  /** Most tasks looked at, a random choice of those that the filters let through. Default: all in the live set. */
  maxTasks?: number;
  /** Only tasks that have waited at least this long. Default 0. */
  minWaitMillis?: number;
  /** Only tasks that carry all these labels with these values. */
  labels?: Record<string, LabelValue>;
  /** Only tasks of this trace, 32 hex digits. */
  traceId?: string;
  /** Only tasks with a frame whose text `functionName (file:line:column)` matches. */
  matching?: RegExp;
}

export function checkSnapshotOptions(options: SnapshotOptions): void {
  const { maxTasks, minWaitMillis, labels, traceId, matching } = options;
  if (maxTasks !== undefined && maxTasks !== Infinity && !(Number.isInteger(maxTasks) && maxTasks >= 1)) {
    throw new InvalidOptionError('maxTasks', 'a whole number of at least 1, or Infinity', maxTasks);
  }
  if (minWaitMillis !== undefined && !(typeof minWaitMillis === 'number' && minWaitMillis >= 0)) {
    throw new InvalidOptionError('minWaitMillis', 'a number of milliseconds of at least 0', minWaitMillis);
  }
  if (labels !== undefined && (typeof labels !== 'object' || (labels as unknown) === null)) {
    throw new InvalidOptionError('labels', 'an object of label values', labels);
  }
  if (traceId !== undefined && !/^[0-9a-f]{32}$/i.test(traceId)) {
    throw new InvalidOptionError('traceId', '32 hex digits', traceId);
  }
  if (matching !== undefined && !((matching as unknown) instanceof RegExp)) {
    throw new InvalidOptionError('matching', 'a regular expression', matching);
  }
}

/** Whether the filters of `options` let a record through at the moment `now`. */
export function selector(engine: TaskEngine, options: SnapshotOptions, now: number): (record: TaskRecord) => boolean {
  const { minWaitMillis = 0, matching } = options;
  const labels = Object.entries(options.labels ?? {});
  const traceId = options.traceId?.toLowerCase();
  return (record) =>
    now - record.parkedAt >= minWaitMillis &&
    (traceId === undefined || record.context.span?.traceId === traceId) &&
    labels.every(([name, value]) => record.context.labels.values[name] === value) &&
    (matching === undefined || engine.framesOf(record).some((frame) => frameText(frame).search(matching) >= 0));
}

function frameText({ functionName, file, line, column }: StackFrame): string {
  return `${functionName} (${file}:${line}:${column})`;
}
