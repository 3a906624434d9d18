import type { SpanReference } from '../../src/base/types.ts';
import type { AttributeValue } from '../../src/profile/model.ts';
import type { DecodedProfile, DecodedSample } from './decode.ts';
import { guessAwaitIndex, stackLines, type StackLine } from './stack-lines.ts';

/** Finds a received span. */
export type SpanLookup = (reference: SpanReference) => { readonly name: string } | undefined;

/** Parked tasks that have something in common. */
export interface TaskGroup {
  /** What they wait for: the outermost frame of the operation. */
  readonly operation: string;
  /** Empty where the group is of all stacks with one operation. */
  readonly lines: readonly StackLine[];
  readonly tasks: number;
  readonly standardError: number;
  readonly oldestWaitNanos: number;
  /** Tasks by the name of their span. */
  readonly spans: ReadonlyMap<string, number>;
  /** Tasks by label, `tier=gold`. */
  readonly labels: ReadonlyMap<string, number>;
}

/** A profile's tasks, grouped for people; the largest group first. */
export interface ParkedTasks {
  readonly tasks: number;
  readonly operations: readonly TaskGroup[];
  readonly stacks: readonly TaskGroup[];
}

interface Group {
  readonly operation: string;
  readonly lines: readonly StackLine[];
  tasks: number;
  variance: number;
  oldestWaitNanos: number;
  readonly spans: Map<string, number>;
  readonly labels: Map<string, number>;
}

interface Detail {
  readonly sample: DecodedSample;
  readonly tasks: number;
  readonly standardError: number;
  readonly oldestWaitNanos: number;
  readonly awaitIndex: number;
}

const NOT_ENDED = '(span not ended)';
const NO_SPAN = '(no span)';

/** Groups the samples by what they wait for, and by the stack as it is shown. */
export function groupTasks(profile: DecodedProfile, spanOf: SpanLookup): ParkedTasks {
  const operations = new Map<string, Group>();
  const stacks = new Map<string, Group>();
  for (const detail of detailsOf(profile)) {
    const lines = stackLines(detail.sample.stack, detail.awaitIndex);
    const operation = operationOf(lines);
    add(groupAt(operations, operation, operation, []), detail, spanOf);
    add(groupAt(stacks, JSON.stringify(lines), operation, lines), detail, spanOf);
  }
  const all = [...operations.values()];
  return {
    tasks: all.reduce((sum, group) => sum + group.tasks, 0),
    operations: sorted(all),
    stacks: sorted([...stacks.values()]),
  };
}

function detailsOf({ samples, attributes }: DecodedProfile): Detail[] {
  const column = (name: string): ((n: number) => number | undefined) => columnOf(attributes[`taskprof.sample.${name}`]);
  const [tasks, standardError, oldest, awaitIndex] = ['tasks', 'standard_error', 'oldest_wait', 'await_index'].map(
    column,
  );
  return samples.map((sample, n) => ({
    sample,
    tasks: tasks?.(n) ?? sample.values[0] ?? 0,
    standardError: standardError?.(n) ?? 0,
    oldestWaitNanos: oldest?.(n) ?? 0,
    awaitIndex: awaitIndex?.(n) ?? guessAwaitIndex(sample.stack),
  }));
}

function columnOf(value: AttributeValue | undefined): (n: number) => number | undefined {
  if (!Array.isArray(value)) return () => undefined;
  return (n) => (typeof value[n] === 'number' ? value[n] : undefined);
}

/** `BoundPool.connect (pg-pool)`; where the operation is not known, the function that awaits. */
function operationOf(lines: readonly StackLine[]): string {
  const outermost = lines.findLast((line) => line.role === 'operation');
  if (!outermost) return `await in ${lines[0]?.name ?? 'an unknown function'}`;
  return outermost.owner === undefined ? outermost.name : `${outermost.name} (${outermost.owner})`;
}

function groupAt(groups: Map<string, Group>, key: string, operation: string, lines: readonly StackLine[]): Group {
  let group = groups.get(key);
  if (!group) {
    group = { operation, lines, tasks: 0, variance: 0, oldestWaitNanos: 0, spans: new Map(), labels: new Map() };
    groups.set(key, group);
  }
  return group;
}

function add(group: Group, { sample, tasks, standardError, oldestWaitNanos }: Detail, spanOf: SpanLookup): void {
  group.tasks += tasks;
  // Samples are estimates from independent draws: their variances add up.
  group.variance += standardError ** 2;
  group.oldestWaitNanos = Math.max(group.oldestWaitNanos, oldestWaitNanos);
  const span = sample.link ? (spanOf(sample.link)?.name ?? NOT_ENDED) : NO_SPAN;
  increase(group.spans, span, tasks);
  for (const [name, value] of Object.entries(sample.attributes))
    increase(group.labels, `${name}=${String(value)}`, tasks);
}

function increase(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function sorted(groups: readonly Group[]): TaskGroup[] {
  return groups
    .map(({ variance, ...group }) => ({ ...group, standardError: Math.sqrt(variance) }))
    .toSorted((a, b) => b.tasks - a.tasks);
}
