import { InvalidOptionError } from '../base/errors.ts';
import type { LabelValue, StackFrame } from '../base/types.ts';
import { ContextFilter } from '../capture/context-filter.ts';
import type { SampleRequest } from '../capture/live-sample.ts';
import { PLAIN_VIEW, type StackView } from '../frames/stack-view.ts';

/** Which tasks a snapshot takes; all that are given must hold. Each filter costs some microseconds for each live task. */
export interface SnapshotOptions {
  /**
   * Most tasks looked at, of those that the filters but `matching` let through: the oldest (an eighth of them), then those with
   * `pinnedLabels`, then a random choice. Functions that wait for calls are looked at beside them, as many at most. Default: the
   * profiler's `maxTasks`.
   */
  maxTasks?: number;
  /** Tasks that carry all these labels are looked at ahead of others. Default: none. */
  pinnedLabels?: Record<string, LabelValue>;
  /** Only tasks that have waited at least this long. Default 0. */
  minWaitMillis?: number;
  /** Only tasks that carry all these labels with these values, as they are or anonymized; `3` is `'3'`. */
  labels?: Record<string, LabelValue>;
  /** Only tasks of this trace, 32 hex digits. */
  traceId?: string;
  /** Only tasks with a frame whose text `functionName (file:line:column)` matches, as snapshots show it. */
  matching?: RegExp;
}

export function checkSnapshotOptions(options: SnapshotOptions): void {
  const { maxTasks, minWaitMillis, traceId, matching } = options;
  if (maxTasks !== undefined && maxTasks !== Infinity && !(Number.isInteger(maxTasks) && maxTasks >= 1)) {
    throw new InvalidOptionError('maxTasks', 'a whole number of at least 1, or Infinity', maxTasks);
  }
  if (minWaitMillis !== undefined && !(typeof minWaitMillis === 'number' && minWaitMillis >= 0)) {
    throw new InvalidOptionError('minWaitMillis', 'a number of milliseconds of at least 0', minWaitMillis);
  }
  for (const name of ['labels', 'pinnedLabels'] as const) {
    const labels: unknown = options[name];
    if (labels !== undefined && (typeof labels !== 'object' || labels === null)) {
      throw new InvalidOptionError(name, 'an object of label values', labels);
    }
  }
  if (traceId !== undefined && !/^[0-9a-f]{32}$/i.test(traceId)) {
    throw new InvalidOptionError('traceId', '32 hex digits', traceId);
  }
  if (matching !== undefined && !((matching as unknown) instanceof RegExp)) {
    throw new InvalidOptionError('matching', 'a regular expression', matching);
  }
}

/** The same as an engine takes it; `maxTasks` where the options have none. Checked before. */
export function sampleRequest(options: SnapshotOptions, maxTasks: number, view: StackView = PLAIN_VIEW): SampleRequest {
  const { labels, traceId, matching, pinnedLabels } = options;
  const shownText = (name: string, text: string): string => view.labelText(name, text);
  const isFiltered = labels !== undefined || traceId !== undefined;
  return {
    maxTasks: options.maxTasks ?? maxTasks,
    minWaitMillis: options.minWaitMillis ?? 0,
    wanted: isFiltered ? new ContextFilter(labels, traceId?.toLowerCase(), shownText) : undefined,
    matches: matching && matcher(matching, view),
    pinned: pinnedLabels && new ContextFilter(pinnedLabels, undefined, shownText),
  };
}

/** On stacks as people read them. Equal frames are one object, and a thousand stacks have few: each is tried once. */
function matcher(pattern: RegExp, view: StackView): NonNullable<SampleRequest['matches']> {
  const known = new Map<StackFrame, boolean>();
  return (frames, operationFrames) =>
    view.stack(frames, operationFrames).frames.some((frame) => {
      let matches = known.get(frame);
      if (matches === undefined) known.set(frame, (matches = frameText(frame).search(pattern) >= 0));
      return matches;
    });
}

/** What `matching` is tried on. */
export function frameText({ functionName, file, line, column }: StackFrame): string {
  return `${functionName} (${file}:${line}:${column})`;
}
