import type { Labels, SpanReference, StackFrame } from '../base/types.ts';
import { SampleAttribute } from '../profile/build.ts';
import { MEASURES } from '../profile/measures.ts';
import type { ValueType } from '../profile/model.ts';
import type { IntervalSnapshot } from '../snapshot/interval.ts';
import type { Consistency } from '../snapshot/task-snapshot.ts';
import { durationText } from './quantities.ts';
import type { AnySnapshot } from './snapshot-json.ts';

/** The tasks of one {stack, labels, span}; or what else a profile counts. */
export interface TaskEntry {
  /** Leaf first. */
  readonly stack: readonly StackFrame[];
  /** Which frame of `stack` holds the await; undefined where that is not known. */
  readonly awaitIndex: number | undefined;
  readonly value: number;
  readonly standardError: number;
  /** undefined where that is not known. */
  readonly oldestWaitMillis: number | undefined;
  readonly labels: Labels;
  readonly span: SpanReference | undefined;
}

/** What `ps` and `top` show, from wherever it came. */
export interface TaskList {
  readonly valueType: ValueType;
  /** Names of the services; '' where none is told. */
  readonly service: string;
  readonly timeUnixNano: bigint;
  /** undefined where it is not known. */
  readonly consistency: Consistency | undefined;
  /** The same in words: `at one moment`, `mean over 10.0 s`; '' where it is not known. */
  readonly when: string;
  readonly total: number;
  readonly totalStandardError: number;
  /** undefined where that is not known. */
  readonly samplingProbability: number | undefined;
  /** Below 1: the share of the time in which the profiler looked at all. */
  readonly dutyCycle?: number | undefined;
  readonly dropped: number;
  readonly entries: readonly TaskEntry[];
}

const WHEN: Readonly<Record<Consistency, string>> = {
  moment: 'at one moment',
  slices: 'each task at its own moment',
  interval: 'mean over an interval',
};

export function listOfSnapshot(snapshot: AnySnapshot): TaskList {
  return {
    valueType: 'lost' in snapshot ? MEASURES.lost : MEASURES.tasks,
    service: '',
    timeUnixNano: snapshot.timeUnixNano,
    consistency: snapshot.consistency,
    when: whenText(snapshot),
    total: snapshot.totalTasks,
    totalStandardError: snapshot.totalStandardError,
    samplingProbability: snapshot.samplingProbability,
    dutyCycle: snapshot.dutyCycle,
    dropped: snapshot.droppedTasks,
    entries: snapshot.samples.map(({ tasks, span, labels, stuck, ...sample }) => ({
      ...sample,
      span,
      value: tasks,
      // As a profile has it.
      labels: stuck === true ? { ...labels, [SampleAttribute.stuck]: 'true' } : labels,
    })),
  };
}

function whenText(snapshot: AnySnapshot): string {
  if ('lost' in snapshot) return `seen within ${lengthText(snapshot)}`;
  return 'durationNano' in snapshot ? `mean over ${lengthText(snapshot)}` : WHEN[snapshot.consistency];
}

/** The time that the tasks waited in an interval. */
export function waitListOfSnapshot(snapshot: IntervalSnapshot): TaskList {
  const list = listOfSnapshot(snapshot);
  const nanos = Number(snapshot.durationNano);
  return {
    ...list,
    valueType: MEASURES.wait,
    when: `over ${lengthText(snapshot)}`,
    total: list.total * nanos,
    totalStandardError: list.totalStandardError * nanos,
    entries: list.entries.map((entry) => ({
      ...entry,
      value: entry.value * nanos,
      standardError: entry.standardError * nanos,
    })),
  };
}

function lengthText({ durationNano }: { readonly durationNano: bigint }): string {
  return durationText(Number(durationNano) / 1e6);
}
