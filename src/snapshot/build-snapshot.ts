import { unixNanoOf } from '../base/clock.ts';
import type { Labels, StackFrame } from '../base/types.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import type { TaskRecord } from '../capture/task-record.ts';
import { type Contribution, Estimate } from './estimate.ts';
import type { TaskSample, TaskSnapshot } from './task-snapshot.ts';

/** Where a task may have been left out, the sampling probability says so even if all that is known was looked at. */
const ALMOST_ALL = 0.999;

interface Group {
  readonly first: TaskRecord;
  readonly estimate: Estimate;
  oldestWaitMillis: number;
}

/** Groups contributions by stack, labels and span. `now`: the monotonic moment that the snapshot is of. */
export function buildSnapshot(
  engine: TaskEngine,
  contributions: Iterable<Contribution>,
  now: number,
  leftOut: number,
): TaskSnapshot {
  const all = new Estimate();
  const groups = new Map<string, Group>();
  for (const contribution of contributions) {
    all.add(contribution);
    addTo(groups, contribution);
  }
  return Object.freeze({
    timeUnixNano: unixNanoOf(now),
    totalTasks: all.total,
    totalStandardError: all.standardError,
    samples: Object.freeze(samplesOf(engine, groups.values()).sort(mostTasksFirst)),
    samplingProbability: samplingProbability(engine, all, leftOut),
    droppedTasks: engine.counts.droppedTasks + leftOut,
  });
}

/** A snapshot of a profiler that does not run. */
export function emptySnapshot(now: number): TaskSnapshot {
  return Object.freeze({
    timeUnixNano: unixNanoOf(now),
    totalTasks: 0,
    totalStandardError: 0,
    samples: Object.freeze([]),
    samplingProbability: 0,
    droppedTasks: 0,
  });
}

function samplingProbability(engine: TaskEngine, all: Estimate, leftOut: number): number {
  if (engine.isExact && leftOut === 0) return 1;
  return Math.min(all.total === 0 ? engine.samplingProbability : all.samplingProbability, ALMOST_ALL);
}

function addTo(groups: Map<string, Group>, contribution: Contribution): void {
  const { record, waitMillis } = contribution;
  const { span, labels } = record.context;
  const key = `${record.stack} ${span === undefined ? '' : span.traceId + span.spanId} ${labels.key}`;
  let group = groups.get(key);
  if (group === undefined) groups.set(key, (group = { first: record, estimate: new Estimate(), oldestWaitMillis: 0 }));
  group.estimate.add(contribution);
  group.oldestWaitMillis = Math.max(group.oldestWaitMillis, waitMillis);
}

/** Equal stacks are one object, and so are equal labels: what comes after need not look into them. */
function samplesOf(engine: TaskEngine, groups: Iterable<Group>): TaskSample[] {
  const stacks = new Map<number, readonly StackFrame[]>();
  const labelSets = new Map<string, Labels>();
  return Array.from(groups, (group) => {
    const { stack, context } = group.first;
    const frames = once(stacks, stack, () => Object.freeze(engine.framesOf(group.first)));
    const labels = once(labelSets, context.labels.key, () => context.labels.values);
    return toSample(group, frames, labels);
  });
}

function once<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

function toSample(group: Group, stack: readonly StackFrame[], labels: Labels): TaskSample {
  const { first, estimate, oldestWaitMillis } = group;
  const { span } = first.context;
  return Object.freeze({
    stack,
    awaitIndex: first.operationFrames,
    tasks: estimate.total,
    standardError: estimate.standardError,
    oldestWaitMillis,
    labels,
    ...(span === undefined ? {} : { span }),
  });
}

function mostTasksFirst(a: TaskSample, b: TaskSample): number {
  return b.tasks - a.tasks || b.oldestWaitMillis - a.oldestWaitMillis;
}
