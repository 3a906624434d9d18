import { printable } from '../base/errors.ts';
import type { DebugHandlerConfig } from '../config/debug-endpoint.ts';
import type { TimelineOptions } from '../config/timeline.ts';
import { type Measure, MEASURES } from '../profile/measures.ts';
import type { SnapshotOptions } from '../snapshot/snapshot-options.ts';
import { type AnswerName, answerNameOf, type TimelineAnswerName, timelineAnswerNameOf } from './answer-names.ts';
import { checkPattern } from './pattern.ts';
import { RequestError } from './request-error.ts';

/** What a request asks for, checked. */
export interface DebugQuery {
  readonly answer: AnswerName;
  /** What is counted; undefined: all that the answer can hold, else tasks. */
  readonly sampleType: Measure | 'cpu' | undefined;
  readonly consistency: 'moment' | 'slices';
  /** Length of an interval whose mean is wanted; undefined: the tasks as they are now. */
  readonly seconds: number | undefined;
  readonly filters: Omit<SnapshotOptions, 'matching'>;
  /** A regular expression for frames, not to be run outside of `framesMatching`. */
  readonly matching: string | undefined;
}

/** A timeline that is asked for, checked. */
export interface TimelineQuery {
  readonly answer: TimelineAnswerName;
  readonly seconds: number;
  readonly options: TimelineOptions;
}

const REPEATABLE = ['label', 'pinnedLabel'];
const SINGLE = [
  'maxTasks',
  'minWaitMillis',
  'traceId',
  'matching',
  'consistency',
  'seconds',
  'sampleType',
  'debug',
  'format',
  'timeline',
];

/** These say which tasks are looked at in a moment; over an interval as many are as the profiler's own options allow. */
const NOT_WITH_SECONDS = ['maxTasks', 'pinnedLabel', 'consistency'];

/** Choose among tasks that are there; a timeline follows those that come. */
const NOT_WITH_TIMELINE = [
  'maxTasks',
  'pinnedLabel',
  'consistency',
  'minWaitMillis',
  'matching',
  'sampleType',
  'debug',
];

/** As long as nothing else is asked for. */
const TIMELINE_SECONDS = 5;

/** The timeline that is asked for, if one is. Throws a 400 that names the parameter and the value. */
export function parseTimelineQuery(parameters: URLSearchParams, limits: DebugHandlerConfig): TimelineQuery | undefined {
  if (!parameters.has('timeline')) return undefined;
  checkNames(parameters);
  const given = new Map(parameters);
  refuse(NOT_WITH_TIMELINE, 'timeline', given);
  const isBare = given.get('timeline') === '';
  return {
    answer: timelineAnswerNameOf(given.get('format')),
    seconds: secondsOf(given, limits) ?? Math.min(TIMELINE_SECONDS, limits.maxSeconds),
    options: withoutUndefined({
      everyNthRoot: isBare ? undefined : wholeOf(given, 'timeline', 1e9),
      traceId: traceIdOf(given.get('traceId')),
      labels: labelsOf(parameters, 'label'),
    }),
  };
}
/** Nor are lost tasks looked at: they are known. */
const LOST = 'sampleType=lost';

/** The on-CPU profile says nothing of a moment, nor of waits. */
const DEFAULT_CPU_SECONDS = 10;
const NOT_WITH_CPU = ['minWaitMillis', ...NOT_WITH_SECONDS];

/** Throws a 400 that names the parameter and the value. */
export function parseQuery(parameters: URLSearchParams, limits: DebugHandlerConfig): DebugQuery {
  checkNames(parameters);
  const given = new Map(parameters);
  const isCpu = given.get('sampleType') === 'cpu';
  const seconds = secondsOf(given, limits) ?? (isCpu ? Math.min(DEFAULT_CPU_SECONDS, limits.maxSeconds) : undefined);
  const answer = answerNameOf(given.get('debug'), given.get('format'));
  const sampleType = sampleTypeOf(given.get('sampleType'), seconds !== undefined);
  const isLost = sampleType === 'lost';
  if (isCpu) checkCpu(given, answer);
  if (seconds !== undefined || isLost) refuse(NOT_WITH_SECONDS, isLost ? LOST : 'seconds', given);
  if (seconds !== undefined && !isLost && answer === 'tasks') {
    throw bad('debug', '1 with seconds: a mean over an interval has no single tasks', '2');
  }
  return {
    answer,
    seconds,
    sampleType,
    consistency: consistencyOf(given.get('consistency')),
    filters: withoutUndefined({
      maxTasks: wholeOf(given, 'maxTasks', limits.maxTasks),
      minWaitMillis: numberOf(given, 'minWaitMillis', 0, Infinity),
      traceId: traceIdOf(given.get('traceId')),
      labels: labelsOf(parameters, 'label'),
      pinnedLabels: labelsOf(parameters, 'pinnedLabel'),
    }),
    matching: patternOf(given.get('matching')),
  };
}

function checkNames(parameters: URLSearchParams): void {
  for (const name of new Set(parameters.keys())) {
    if (REPEATABLE.includes(name)) continue;
    if (!SINGLE.includes(name)) {
      throw new RequestError(400, `there is no parameter ${printable(name)}; there are ${allNames()}`);
    }
    const values = parameters.getAll(name);
    if (values.length > 1) throw bad(name, 'given once', values.join(', '));
  }
}

function allNames(): string {
  return [...SINGLE, ...REPEATABLE].join(', ');
}

function checkCpu(given: ReadonlyMap<string, string>, answer: AnswerName): void {
  refuse(NOT_WITH_CPU, 'sampleType=cpu', given);
  if (answer === 'tasks') throw bad('debug', '1 with sampleType=cpu, which has no tasks', '2');
  if (answer === 'json') throw bad('format', 'pprof, folded, otlp or otlp-json with sampleType=cpu', answer);
}

function sampleTypeOf(text: string | undefined, isInterval: boolean): Measure | 'cpu' | undefined {
  if (text === undefined || text === 'cpu') return text;
  if (!Object.hasOwn(MEASURES, text)) throw bad('sampleType', `one of ${Object.keys(MEASURES).join(', ')}, cpu`, text);
  if (text === 'wait' && !isInterval)
    throw bad('sampleType', 'tasks or lost without seconds: waits are those of an interval', text);
  return text as Measure;
}

function refuse(names: readonly string[], other: string, given: ReadonlyMap<string, string>): void {
  const unfit = names.find((name) => given.has(name));
  if (unfit !== undefined) throw bad(unfit, `left out with ${other}`, given.get(unfit));
}

function secondsOf(given: ReadonlyMap<string, string>, { maxSeconds }: DebugHandlerConfig): number | undefined {
  return numberOf(given, 'seconds', 0, maxSeconds, false);
}

function consistencyOf(text: string | undefined): 'moment' | 'slices' {
  if (text === undefined || text === 'slices' || text === 'moment') return text ?? 'slices';
  throw bad('consistency', 'slices or moment', text);
}

function wholeOf(given: ReadonlyMap<string, string>, name: string, most: number): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw bad(name, `a whole number from 1 to ${most}`, text);
}

function numberOf(
  given: ReadonlyMap<string, string>,
  name: string,
  least: number,
  most: number,
  isLeastAllowed = true,
): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (number <= most && (number > least || (isLeastAllowed && number === least))) return number;
  const lower = `a number ${isLeastAllowed ? 'of at least' : 'greater than'} ${least}`;
  throw bad(name, most === Infinity ? lower : `${lower} and at most ${most}`, text);
}

function traceIdOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{32}$/i.test(text)) return text;
  throw bad('traceId', '32 hex digits', text);
}

function labelsOf(parameters: URLSearchParams, name: string): Record<string, string> | undefined {
  const texts = parameters.getAll(name);
  if (texts.length === 0) return undefined;
  const labels = texts.map((text) => {
    const at = text.indexOf('=');
    if (at <= 0) throw bad(name, 'name=value', text);
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return Object.fromEntries(labels);
}

function patternOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const fault = checkPattern(text);
  if (fault !== undefined) throw bad('matching', fault, text);
  return text;
}

function withoutUndefined<T extends object>(options: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T & object;
}

function bad(name: string, requirement: string, value: unknown): RequestError {
  return new RequestError(400, `${name} must be ${requirement}, got ${printable(value)}`);
}
