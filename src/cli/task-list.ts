import type { Labels, SpanReference, StackFrame } from '../base/types.ts';
import type { ValueType } from '../profile/model.ts';
import type { Consistency, TaskSnapshot } from '../snapshot/task-snapshot.ts';

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
  readonly dropped: number;
  readonly entries: readonly TaskEntry[];
}

const WHEN: Readonly<Record<Consistency, string>> = {
  moment: 'at one moment',
  slices: 'each task at its own moment',
  interval: 'mean over an interval',
};

export function listOfSnapshot(snapshot: TaskSnapshot): TaskList {
  return {
    valueType: { type: 'tasks', unit: 'count' },
    service: '',
    timeUnixNano: snapshot.timeUnixNano,
    consistency: snapshot.consistency,
    when: WHEN[snapshot.consistency],
    total: snapshot.totalTasks,
    totalStandardError: snapshot.totalStandardError,
    samplingProbability: snapshot.samplingProbability,
    dropped: snapshot.droppedTasks,
    entries: snapshot.samples.map(({ tasks, span, ...sample }) => ({ ...sample, span, value: tasks })),
  };
}
