import { CpuAttribute } from '../profile/build-cpu.ts';
import type { Span } from '../encode/otlp-traces-import.ts';
import type { ProfilesData } from '../profile/model.ts';
import { CommandError } from './failure.ts';
import { listOfAll } from './profile-list.ts';
import { filteredList, listWith, type TaskFilter } from './task-filter.ts';
import type { TaskEntry, TaskList } from './task-list.ts';
import type { SelectedSpans } from './span-selection.ts';

/** Whose time is asked for. */
export interface WhereSelection {
  readonly filter: TaskFilter;
  /** Samples of these only, and what they say of the time that they took. */
  readonly spans?: SelectedSpans;
}

/** Where the time of requests went, in the intervals of the profiles. Nanoseconds. */
export interface WhereTime {
  readonly service: string;
  readonly intervalNanos: number;
  readonly wall: number;
  /** undefined where there is no on-CPU profile. */
  readonly cpu: TaskList | undefined;
  readonly wait: TaskList;
  readonly rest: number;
  /** Whether `wall`, and so `rest`, come from spans; else from samples alone. */
  readonly isByTraces: boolean;
  /** How many these are. */
  readonly spans: number | undefined;
}

/** Throws a {@link CommandError} where the profiles do not tell, or nothing is left. */
export function whereTime(messages: readonly ProfilesData[], name: string, selection: WhereSelection): WhereTime {
  const { filter, spans } = selection;
  const isIn = ({ span }: TaskEntry): boolean => spans === undefined || spans.spanIds.has(span?.spanId ?? '');
  const chosen = (list: TaskList): TaskList => only(filteredList(list, filter), isIn);
  const waitOfAll = listOfAll(messages, 'wait');
  if (waitOfAll === undefined) {
    throw new CommandError(`${name}: there is no profile of waits in it; those of intervals have one`);
  }
  const wait = chosen(waitOfAll);
  const cpuOfAll = listOfAll(messages, 'cpu');
  const cpu = cpuOfAll && chosen(cpuOfAll);
  if (wait.entries.length === 0 && !cpu?.entries.length) throw new CommandError(`${name}: nothing of that is in it`);
  const known = wait.total + (cpu?.total ?? 0);
  const wall = spans ? wallOf(spans.spans, messages) : known + (cpu ? withoutCore(messages, cpu.total) : 0);
  return {
    service: wait.service,
    intervalNanos: intervalNanos(messages),
    wall,
    cpu,
    wait,
    rest: wall - known,
    isByTraces: spans !== undefined,
    spans: spans?.spans.length,
  };
}

function only(list: TaskList, isIn: (entry: TaskEntry) => boolean): TaskList {
  const entries = list.entries.filter(isIn);
  return entries.length === list.entries.length ? list : listWith(list, entries);
}

/** What the process had something to run for and no core, for its part: samples come by the clock, CPU time is measured. */
function withoutCore(messages: readonly ProfilesData[], cpu: number): number {
  const sum = (name: string): number =>
    profilesOf(messages, 'cpu').reduce((total, { attributes }) => total + Number(attributes[name] ?? 0), 0);
  const thread = sum(CpuAttribute.threadCpu);
  return thread === 0 ? 0 : cpu * Math.max(0, sum(CpuAttribute.running) / thread - 1);
}

/** The spans' time, as far as it lies in the intervals of the profiles. */
function wallOf(spans: readonly Span[], messages: readonly ProfilesData[]): number {
  const intervals = intervalsOf(messages);
  let nanos = 0n;
  for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
    for (const [from, to] of intervals) {
      const overlap = min(endTimeUnixNano, to) - max(startTimeUnixNano, from);
      if (overlap > 0n) nanos += overlap;
    }
  }
  return Number(nanos);
}

function intervalNanos(messages: readonly ProfilesData[]): number {
  return Number(intervalsOf(messages).reduce((sum, [from, to]) => sum + (to - from), 0n));
}

/** Joined where they overlap: threads and processes have theirs at the same time. */
function intervalsOf(messages: readonly ProfilesData[]): [bigint, bigint][] {
  const sorted = profilesOf(messages, 'wait')
    .map(({ timeUnixNano, durationNano }): [bigint, bigint] => [timeUnixNano, timeUnixNano + durationNano])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const joined: [bigint, bigint][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

function profilesOf(messages: readonly ProfilesData[], type: string): ProfilesData['profiles'] {
  return messages.flatMap(({ profiles }) => profiles.filter(({ sampleType }) => sampleType.type === type));
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
