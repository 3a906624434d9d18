import { type Label, TaskLabels } from '../base/task-labels.ts';
import type { LabelValue } from '../base/types.ts';
import type { TaskLabelConfig } from '../config/labels.ts';

/** Distinct sets of labels that are kept to be used again. */
const MAX_SETS = 256;

/** Longer sets are made anew each time: all that are kept take 1 to 2 MiB at the very most. */
const MAX_KEY_LENGTH = 2_048;

/** Makes sets of labels that keep within the limits, and the same object of the same labels where it can. */
export class LabelLimits {
  readonly #config: TaskLabelConfig;
  readonly #sets = new Map<string, TaskLabels>();
  /** What is left of labels that exceed the limits. */
  readonly #fitted = new WeakMap<TaskLabels, TaskLabels>();

  constructor(config: TaskLabelConfig) {
    this.#config = config;
  }

  /** `own` and then `found`, which has no name of `own`, as far as the limits go. */
  apply(own: TaskLabels, found: readonly Label[]): TaskLabels {
    const fitting = this.#fits(own) ? own : this.#fit(own);
    return found.length === 0 ? fitting : this.#extended(fitting, found);
  }

  #fits({ entries, longestName, longestValue }: TaskLabels): boolean {
    const { maxLabels, maxKeyLength, maxValueLength } = this.#config;
    return entries.length <= maxLabels && longestName <= maxKeyLength && longestValue <= maxValueLength;
  }

  #fit(own: TaskLabels): TaskLabels {
    let fitted = this.#fitted.get(own);
    if (fitted === undefined) this.#fitted.set(own, (fitted = this.#limited(TaskLabels.none, own.entries)));
    return fitted;
  }

  #extended(base: TaskLabels, found: readonly Label[]): TaskLabels {
    const key = keyOf(base, found);
    if (key.length > MAX_KEY_LENGTH) return this.#limited(base, found);
    let set = this.#sets.get(key);
    if (set === undefined) {
      if (this.#sets.size >= MAX_SETS) this.#sets.clear();
      this.#sets.set(key, (set = this.#limited(base, found)));
    }
    return set;
  }

  /** `base`, which fits, and what fits beside it. */
  #limited(base: TaskLabels, added: readonly Label[]): TaskLabels {
    const { maxLabels, maxKeyLength, maxValueLength } = this.#config;
    const entries = [...base.entries];
    let cut = base.cut;
    for (const [name, value] of added) {
      if (entries.length >= maxLabels || name.length > maxKeyLength) {
        cut++;
        continue;
      }
      const isTooLong = typeof value === 'string' && value.length > maxValueLength;
      if (isTooLong) cut++;
      entries.push([name, isTooLong ? shortened(value, maxValueLength) : value]);
    }
    return new TaskLabels(entries, cut);
  }
}

/** Equal for equal labels only. Names come in the order of the configuration. */
function keyOf(base: TaskLabels, found: readonly Label[]): string {
  let key = `${base.cut} ${base.key}`;
  for (const [name, value] of found) key += ` ${name} ${typeof value} ${lengthOf(value)} ${value}`;
  return key;
}

function lengthOf(value: LabelValue): number {
  return typeof value === 'string' ? value.length : 0;
}

/** The beginning of a text, without half of a surrogate pair, and as a copy: V8's parts of strings keep the whole alive. */
function shortened(text: string, maxLength: number): string {
  const last = text.charCodeAt(maxLength - 1);
  const isHigh = last >= 0xd800 && last < 0xdc00;
  return Buffer.from(text.slice(0, isHigh ? maxLength - 1 : maxLength), 'utf16le').toString('utf16le');
}
