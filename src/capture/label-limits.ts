import { type Label, TaskLabels } from '../base/task-labels.ts';
import type { LabelValue } from '../base/types.ts';
import type { TaskLabelConfig } from '../config/labels.ts';

/** Distinct sets of labels that are kept to be used again: some 100 KiB, 1 MiB at the very most. */
const MAX_SETS = 256;

/** Where more characters are in it a set is made anew each time. */
const MAX_KEPT_LENGTH = 1_024;

/** Sets that another one becomes by one more label, by that label's name and value. */
type Extensions = Map<string, Map<LabelValue, TaskLabels>>;

/** Makes sets of labels that keep within the limits, and the same object of the same labels where it can. */
export class LabelLimits {
  readonly #config: TaskLabelConfig;
  /** By the key of the set that is extended: 50 ns, a set that is made anew costs 1 us. */
  readonly #extensions = new Map<string, Extensions>();
  #kept = 0;
  /** What is left of labels that exceed the limits. */
  readonly #fitted = new WeakMap<TaskLabels, TaskLabels>();

  constructor(config: TaskLabelConfig) {
    this.#config = config;
  }

  /** `own` and then `found`, which has no name of `own`, as far as the limits go. */
  apply(own: TaskLabels, found: readonly Label[]): TaskLabels {
    let set = this.#fits(own) ? own : this.#fit(own);
    for (const label of found) set = this.#extend(set, label);
    return set;
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

  #extend(base: TaskLabels, label: Label): TaskLabels {
    const [name, value] = label;
    const length = base.key.length + (typeof value === 'string' ? value.length : 0);
    if (length > MAX_KEPT_LENGTH) return this.#limited(base, [label]);
    const sets = this.#extensionsOf(base, name);
    let set = sets.get(value);
    if (set === undefined) {
      sets.set(value, (set = this.#limited(base, [label])));
      if (++this.#kept >= MAX_SETS) this.#forget();
    }
    return set;
  }

  #extensionsOf(base: TaskLabels, name: string): Map<LabelValue, TaskLabels> {
    const key = base.cut === 0 ? base.key : `${base.cut} ${base.key}`;
    let extensions = this.#extensions.get(key);
    if (extensions === undefined)
      this.#extensions.set(key, (extensions = new Map<string, Map<LabelValue, TaskLabels>>()));
    let sets = extensions.get(name);
    if (sets === undefined) extensions.set(name, (sets = new Map<LabelValue, TaskLabels>()));
    return sets;
  }

  #forget(): void {
    this.#extensions.clear();
    this.#kept = 0;
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

/** The beginning of a text, without half of a surrogate pair, and as a copy: V8's parts of strings keep the whole alive. */
function shortened(text: string, maxLength: number): string {
  const last = text.charCodeAt(maxLength - 1);
  const isHigh = last >= 0xd800 && last < 0xdc00;
  return Buffer.from(text.slice(0, isHigh ? maxLength - 1 : maxLength), 'utf16le').toString('utf16le');
}
