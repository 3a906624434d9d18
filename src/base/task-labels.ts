import { type Context, context, createContextKey, diag } from '@opentelemetry/api';
import type { LabelValue, Labels } from './types.ts';
import { InvalidOptionError } from './errors.ts';
import { tellFault } from './faults.ts';

const LABELS_KEY = createContextKey('otel-taskprof task labels');

/** A label's name and value. */
export type Label = readonly [name: string, value: LabelValue];

/** Labels with a text that is equal where they are equal, so that samples group by value and not by object. */
export class TaskLabels {
  static readonly none = new TaskLabels([]);
  readonly values: Labels;
  readonly key: string;
  /** The same, those first that limits keep. */
  readonly entries: readonly Label[];
  readonly longestName: number;
  readonly longestValue: number;
  /** How many labels had to be left out or cut off to come to these. */
  readonly cut: number;

  /** `entries`: those first that limits keep, no name twice. */
  constructor(entries: readonly Label[], cut = 0) {
    const sorted = entries.toSorted(byName);
    this.values = Object.freeze(Object.fromEntries(sorted));
    this.key = sorted.length === 0 ? '' : JSON.stringify(sorted);
    this.entries = entries;
    this.cut = cut;
    let [longestName, longestValue] = [0, 0];
    for (const [name, value] of entries) {
      longestName = Math.max(longestName, name.length);
      if (typeof value === 'string') longestValue = Math.max(longestValue, value.length);
    }
    this.longestName = longestName;
    this.longestValue = longestValue;
  }
}

function byName([one]: Label, [other]: Label): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

let hasManager = false;
let warned = false;

/**
 * Runs `fn` such that the tasks that park in it, and in all that it starts, carry `labels` in every profile: like Go's
 * `pprof.Do`. Nested calls add to the outer labels; of equal names the inner wins. Labels travel in the OpenTelemetry
 * context, so they need its context manager (any OpenTelemetry SDK set-up registers one); without one they are ignored, and
 * `diag` says so once. Costs about as much as `context.with`, whether or not a profiler runs. Keep the number of distinct
 * values low: each set of labels is a series of its own in most backends. The option `labels` limits how many a task keeps.
 *
 * @throws InvalidOptionError for a value that is no string, number or boolean
 */
export function withTaskLabels<T>(labels: Record<string, LabelValue>, fn: () => T): T {
  let labelled: Context | undefined;
  try {
    labelled = labelledContext(labels);
  } catch (thrown) {
    // Whatever else goes wrong: `fn` is the application's, and has to run.
    if (thrown instanceof InvalidOptionError) throw thrown;
    tellFault('labels met an error', thrown);
  }
  return labelled === undefined ? fn() : context.with(labelled, fn);
}

function labelledContext(labels: Record<string, LabelValue>): Context {
  for (const [name, value] of Object.entries(labels)) checkLabel(name, value);
  const outer = context.active();
  const others = labelsOf(outer).entries.filter(([name]) => !Object.hasOwn(labels, name));
  const labelled = outer.setValue(LABELS_KEY, new TaskLabels([...Object.entries(labels), ...others]));
  if (!hasManager) lookForManager(labelled);
  return labelled;
}

/** What `withTaskLabels` has put into a context. */
export function labelsOf(taskContext: Context): TaskLabels {
  const labels = taskContext.getValue(LABELS_KEY);
  return labels instanceof TaskLabels ? labels : TaskLabels.none;
}

function checkLabel(name: string, value: unknown): void {
  if (['string', 'number', 'boolean'].includes(typeof value)) return;
  throw new InvalidOptionError(`label ${JSON.stringify(name)}`, 'a string, a number or a boolean', value);
}

function lookForManager(labelled: Context): void {
  hasManager = context.with(labelled, () => context.active() === labelled);
  if (hasManager || warned) return;
  warned = true;
  diag.warn('otel-taskprof: withTaskLabels has no effect: no OpenTelemetry context manager is registered');
}
