import { printable } from '../base/errors.ts';
import type { DebugHandlerConfig } from '../config/debug-endpoint.ts';
import { type Measure, MEASURES } from '../profile/measures.ts';
import type { SnapshotOptions } from '../snapshot/snapshot-options.ts';
import { type AnswerName, answerNameOf } from './answer-names.ts';
import { checkPattern } from './pattern.ts';
import { RequestError } from './request-error.ts';

/** What a request asks for, checked. */
export interface DebugQuery {
  readonly answer: AnswerName;
  /** What is counted; undefined: all that the answer can hold, else tasks. */
  readonly sampleType: Measure | undefined;
  readonly consistency: 'moment' | 'slices';
  /** Length of an interval whose mean is wanted; undefined: the tasks as they are now. */
  readonly seconds: number | undefined;
  readonly filters: Omit<SnapshotOptions, 'matching'>;
  /** A regular expression for frames, not to be run outside of `framesMatching`. */
  readonly matching: string | undefined;
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
];

/** These say which tasks are looked at in a moment; over an interval as many are as the profiler's own options allow. */
const NOT_WITH_SECONDS = ['maxTasks', 'pinnedLabel', 'consistency'];

/** Nor are lost tasks looked at: they are known. */
const LOST = 'sampleType=lost';

/** Throws a 400 that names the parameter and the value. */
export function parseQuery(parameters: URLSearchParams, limits: DebugHandlerConfig): DebugQuery {
  checkNames(parameters);
  const given = new Map(parameters);
  const seconds = numberOf(given, 'seconds', 0, limits.maxSeconds, false);
  const answer = answerNameOf(given.get('debug'), given.get('format'));
  const sampleType = sampleTypeOf(given.get('sampleType'), seconds !== undefined);
  const isLost = sampleType === 'lost';
  if (seconds !== undefined || isLost) checkLeftOut(given, isLost ? LOST : 'seconds');
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

function checkLeftOut(given: ReadonlyMap<string, string>, with_: string): void {
  const unfit = NOT_WITH_SECONDS.find((name) => given.has(name));
  if (unfit !== undefined) throw bad(unfit, `left out with ${with_}`, given.get(unfit));
}

function sampleTypeOf(text: string | undefined, isInterval: boolean): Measure | undefined {
  if (text === undefined) return undefined;
  if (!Object.hasOwn(MEASURES, text)) throw bad('sampleType', `one of ${Object.keys(MEASURES).join(', ')}`, text);
  if (text === 'wait' && !isInterval)
    throw bad('sampleType', 'tasks or lost without seconds: waits are those of an interval', text);
  return text as Measure;
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
