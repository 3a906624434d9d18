import { InvalidOptionError } from '../base/errors.ts';
import type { LabelValue } from '../base/types.ts';

/** Which tasks a timeline follows, for how long, and what it may use. */
export interface TimelineOptions {
  /**
   * Follows one in so many root tasks (those that start outside of any promise reaction: a request, a timer, a message), with all
   * that they start; which, is left to chance, so that no rhythm of the load is met again and again. 1 is all. A whole number of at
   * least 1. Default: 100; 1 where `labels` or `traceId` is given.
   */
  everyNthRoot?: number;
  /**
   * Only tasks that carry all these labels with these values, from the first await on where they do; `3` is `'3'`. Costs some 50 ns
   * for each await of the process meanwhile.
   */
  labels?: Record<string, LabelValue>;
  /** Only tasks of this trace, 32 hex digits. */
  traceId?: string;
  /**
   * Most slices of time that are held: beyond it the oldest go, and are counted. About 100 bytes each. A whole number from 16 to
   * 1,000,000. Default 16,384: some 400 requests of 20 awaits each.
   */
  maxSlices?: number;
  /** When it ends by itself, in milliseconds, at most 600,000. Default: when it is stopped. */
  durationMillis?: number;
  /**
   * Most time that its captures may take, as a share of one core in (0, 1], on top of the profiler's own budget. Where it is used up no
   * further root is followed for a while. 20 to 40 us for each promise that a followed task makes. Default 0.015: at full load, with the hooks, 2 % more CPU for each request.
   */
  overheadBudget?: number;
}

export interface TimelineConfig {
  readonly everyNthRoot: number;
  readonly labels?: Record<string, LabelValue>;
  /** In lower case. */
  readonly traceId?: string;
  readonly maxSlices: number;
  readonly durationMillis?: number;
  readonly overheadBudget: number;
}

const DEFAULTS = { everyNthRoot: 100, maxSlices: 16_384, overheadBudget: 0.015 } as const;
const MIN_SLICES = 16;
const MAX_SLICES = 1_000_000;
const MAX_DURATION_MILLIS = 600_000;

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const isNumber = (value: unknown, most: number): boolean => typeof value === 'number' && value > 0 && value <= most;

/**
 * Complete and checked. `name`: of the option that holds these, for errors.
 *
 * @throws InvalidOptionError
 */
export function timelineConfig(options: TimelineOptions = {}, name = ''): TimelineConfig {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw new InvalidOptionError(name || 'timeline', 'an object', given);
  const { labels, traceId, durationMillis } = options;
  const isFiltered = labels !== undefined || traceId !== undefined;
  const {
    everyNthRoot = isFiltered ? 1 : DEFAULTS.everyNthRoot,
    maxSlices = DEFAULTS.maxSlices,
    overheadBudget = DEFAULTS.overheadBudget,
  } = options;
  const check = (option: string, isSound: boolean, requirement: string, value: unknown): void => {
    if (!isSound) throw new InvalidOptionError(name === '' ? option : `${name}.${option}`, requirement, value);
  };
  check('everyNthRoot', isWhole(everyNthRoot, 1, 1e9), 'a whole number of at least 1', everyNthRoot);
  check('labels', labels === undefined || isRecord(labels), 'an object of label values', labels);
  check('traceId', traceId === undefined || /^[0-9a-f]{32}$/i.test(traceId), '32 hex digits', traceId);
  const slices = `a whole number from ${MIN_SLICES} to ${MAX_SLICES}`;
  check('maxSlices', isWhole(maxSlices, MIN_SLICES, MAX_SLICES), slices, maxSlices);
  const duration = `a number of milliseconds greater than 0 and at most ${MAX_DURATION_MILLIS}`;
  const isDuration = durationMillis === undefined || isNumber(durationMillis, MAX_DURATION_MILLIS);
  check('durationMillis', isDuration, duration, durationMillis);
  check('overheadBudget', isNumber(overheadBudget, 1), 'a number greater than 0 and at most 1', overheadBudget);
  return Object.freeze({
    everyNthRoot,
    ...(labels !== undefined && { labels: { ...labels } }),
    ...(traceId !== undefined && { traceId: traceId.toLowerCase() }),
    maxSlices,
    ...(durationMillis !== undefined && { durationMillis }),
    overheadBudget,
  });
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The timelines that are exported with the periodic profiles. */
export interface PeriodicTimelineOptions {
  /**
   * Whether a timeline of some tasks is exported with the profiles: `true`, or an object of options; one profile more in each message,
   * some 10 bytes for each slice after compression. Default false.
   */
  readonly timeline?: boolean | Omit<TimelineOptions, 'durationMillis'>;
}

/** The same as the environment has it. */
export interface FlatTimelineOptions {
  readonly timelineEveryNthRoot?: number;
}

/**
 * Decided; undefined for none. What the environment says switches it on where the code says nothing.
 *
 * @throws InvalidOptionError
 */
export function periodicTimeline(
  { timeline }: PeriodicTimelineOptions,
  { timelineEveryNthRoot }: FlatTimelineOptions = {},
): TimelineConfig | undefined {
  if (timeline === false || (timeline === undefined && timelineEveryNthRoot === undefined)) return undefined;
  const given = timeline === undefined || timeline === true ? {} : timeline;
  if (!isRecord(given)) throw new InvalidOptionError('timeline', 'true, false or an object of options', given);
  const isFiltered = given.labels !== undefined || given.traceId !== undefined;
  const fromEnvironment =
    isFiltered || timelineEveryNthRoot === undefined ? {} : { everyNthRoot: timelineEveryNthRoot };
  const { durationMillis } = given as TimelineOptions;
  if (durationMillis !== undefined) {
    throw new InvalidOptionError(
      'timeline.durationMillis',
      'left out: it is recorded for as long as is exported',
      durationMillis,
    );
  }
  return timelineConfig({ ...fromEnvironment, ...given }, 'timeline');
}

/** Throws an {@link InvalidOptionError}. */
export function checkFlatTimeline({ timelineEveryNthRoot: value }: FlatTimelineOptions): void {
  if (value !== undefined && !isWhole(value, 1, 1e9)) {
    throw new InvalidOptionError('timelineEveryNthRoot', 'a whole number of at least 1', value);
  }
}
