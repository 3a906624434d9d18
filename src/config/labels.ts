import { InvalidOptionError } from '../base/errors.ts';

/** What becomes a label of tasks beside what `withTaskLabels` sets, and how much of all that is kept. */
export interface TaskLabelOptions {
  /**
   * Names of baggage entries that become labels. They come with requests, from whoever sent these: name only what has few
   * values. Default: none.
   */
  baggage?: readonly string[];
  /**
   * Names of attributes of the active span, or else of its local root span (the first one of its trace in this process), that
   * become labels. Each costs some 20 ns for each task that is looked at. Default: `['http.route']`.
   */
  spanAttributes?: readonly string[];
  /**
   * Most labels of a task; of those beyond, what `withTaskLabels` sets is kept before span attributes, and these before
   * baggage. A whole number from 0 to 128. Default 16. Each label takes up to `maxKeyLength` + `maxValueLength` characters for
   * each distinct set of labels that is held.
   */
  maxLabels?: number;
  /** Most characters of a label's name; a label with a longer one is left out. A whole number from 1 to 1,024. Default 128. */
  maxKeyLength?: number;
  /** Most characters of a label's value; a longer one is cut off there. A whole number from 1 to 65,536. Default 256. */
  maxValueLength?: number;
}

/** The same, decided. */
export type TaskLabelConfig = Readonly<Required<TaskLabelOptions>>;

export const DEFAULT_TASK_LABEL_CONFIG: TaskLabelConfig = Object.freeze({
  baggage: Object.freeze([]),
  spanAttributes: Object.freeze(['http.route']),
  maxLabels: 16,
  maxKeyLength: 128,
  maxValueLength: 256,
});

/** What a list of names has to be. */
export const NAMES = 'a list of names without white space';

/** What each option has to be. */
const RULES: Readonly<Record<keyof TaskLabelOptions, readonly [string, (value: unknown) => boolean]>> = {
  baggage: [NAMES, isNameList],
  spanAttributes: [NAMES, isNameList],
  maxLabels: wholeNumber(0, 128),
  maxKeyLength: wholeNumber(1, 1_024),
  maxValueLength: wholeNumber(1, 65_536),
};

/**
 * What is given over the defaults; undefined counts as not given.
 *
 * @throws InvalidOptionError naming the option as `labels.maxLabels`
 */
export function taskLabelConfig(options: TaskLabelOptions = {}): TaskLabelConfig {
  if (typeof options !== 'object' || (options as unknown) === null || Array.isArray(options)) {
    throw new InvalidOptionError('labels', 'an object of label options', options);
  }
  const config: Record<string, unknown> = { ...DEFAULT_TASK_LABEL_CONFIG };
  for (const [option, [requirement, accepts]] of Object.entries(RULES)) {
    const value: unknown = options[option as keyof TaskLabelOptions];
    if (value === undefined) continue;
    if (!accepts(value)) throw new InvalidOptionError(`labels.${option}`, requirement, value);
    config[option] = Array.isArray(value) ? Object.freeze([...new Set(value as string[])]) : value;
  }
  return Object.freeze(config) as unknown as TaskLabelConfig;
}

/** The label options as the environment has them, each for itself. */
export interface FlatTaskLabelOptions {
  readonly labelBaggage?: TaskLabelOptions['baggage'];
  readonly labelSpanAttributes?: TaskLabelOptions['spanAttributes'];
  readonly maxLabels?: TaskLabelOptions['maxLabels'];
  readonly maxLabelKeyLength?: TaskLabelOptions['maxKeyLength'];
  readonly maxLabelValueLength?: TaskLabelOptions['maxValueLength'];
}

/** They as one option, under what the code gives. */
export function nestedTaskLabelOptions(flat: FlatTaskLabelOptions, given: TaskLabelOptions = {}): TaskLabelOptions {
  const nested: Record<keyof TaskLabelOptions, unknown> = {
    baggage: given.baggage ?? flat.labelBaggage,
    spanAttributes: given.spanAttributes ?? flat.labelSpanAttributes,
    maxLabels: given.maxLabels ?? flat.maxLabels,
    maxKeyLength: given.maxKeyLength ?? flat.maxLabelKeyLength,
    maxValueLength: given.maxValueLength ?? flat.maxLabelValueLength,
  };
  return nested as TaskLabelOptions;
}

/** The names in a list as the environment has it; `none` is the empty list. */
export function parseNames(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 1 && names[0]?.toLowerCase() === 'none' ? [] : names;
}

export function isNameList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && /^\S+$/.test(name));
}

function wholeNumber(least: number, most: number): readonly [string, (value: unknown) => boolean] {
  return [
    `a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  ];
}
