import { unixNanoOf } from '../base/clock.ts';
import type { Labels, StackFrame } from '../base/types.ts';
import type { TaskEngine } from '../capture/task-engine.ts';
import type { Contribution, SampledTask } from '../capture/live-sample.ts';
import type { TaskContext } from '../capture/task-context.ts';
import { Estimate } from './estimate.ts';
import type { Consistency, TaskSample, TaskSnapshot } from './task-snapshot.ts';

/** Where a task may have been left out, the sampling probability says so even if all that is known was looked at. */
const ALMOST_ALL = 0.999;

interface Group {
  readonly first: SampledTask;
  readonly context: TaskContext;
  readonly estimate: Estimate;
  oldestWaitMillis: number;
}

/** What a snapshot is made of. */
export interface SnapshotParts {
  readonly contributions: Iterable<Contribution>;
  /** The monotonic moment that the snapshot is of. */
  readonly now: number;
  readonly leftOut: number;
  readonly isExact: boolean;
  readonly consistency: Consistency;
}

/** Groups contributions by stack, labels and span. */
export function buildSnapshot(engine: TaskEngine, parts: SnapshotParts): TaskSnapshot {
  const { now, leftOut, consistency } = parts;
  const all = new Estimate();
  const groups = new Map<string, Group>();
  let cutLabels = 0;
  for (const contribution of parts.contributions) {
    all.add(contribution);
    // Read once: it is as of now each time.
    const { context } = contribution.task;
    cutLabels += context.labels.cut;
    addTo(groups, contribution, context);
  }
  engine.noteCutLabels(cutLabels);
  return Object.freeze({
    timeUnixNano: unixNanoOf(now),
    consistency,
    totalTasks: all.total,
    totalStandardError: all.standardError,
    samples: Object.freeze(samplesOf(engine, groups.values(), parts.isExact).sort(mostTasksFirst)),
    samplingProbability: samplingProbability(engine, all, parts.isExact),
    droppedTasks: engine.counts.droppedTasks + leftOut,
    cutLabels,
  });
}

/** A snapshot of a profiler that does not run. */
export function emptySnapshot(now: number): TaskSnapshot {
  return Object.freeze({
    timeUnixNano: unixNanoOf(now),
    consistency: 'moment',
    totalTasks: 0,
    totalStandardError: 0,
    samples: Object.freeze([]),
    samplingProbability: 0,
    droppedTasks: 0,
    cutLabels: 0,
  });
}

function samplingProbability(engine: TaskEngine, all: Estimate, isExact: boolean): number {
  if (isExact) return 1;
  return Math.min(all.total === 0 ? engine.samplingProbability : all.samplingProbability, ALMOST_ALL);
}

function addTo(groups: Map<string, Group>, contribution: Contribution, context: TaskContext): void {
  const { task, waitMillis } = contribution;
  const { span, labels } = context;
  const key = `${task.stack} ${span === undefined ? '' : span.traceId + span.spanId} ${labels.key}`;
  let group = groups.get(key);
  if (group === undefined) {
    groups.set(key, (group = { first: task, context, estimate: new Estimate(), oldestWaitMillis: 0 }));
  }
  group.estimate.add(contribution);
  group.oldestWaitMillis = Math.max(group.oldestWaitMillis, waitMillis);
}

/** Equal stacks are one object, and so are equal labels: what comes after need not look into them. */
function samplesOf(engine: TaskEngine, groups: Iterable<Group>, isExact: boolean): TaskSample[] {
  const stacks = new Map<number, readonly StackFrame[]>();
  const labelSets = new Map<string, Labels>();
  return Array.from(groups, (group) => {
    const { first, context } = group;
    const frames = once(stacks, first.stack, () => Object.freeze(engine.framesOf(first)));
    const labels = once(labelSets, context.labels.key, () => context.labels.values);
    return toSample(group, frames, labels, isExact);
  });
}

function once<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

function toSample(group: Group, stack: readonly StackFrame[], labels: Labels, isExact: boolean): TaskSample {
  const { first, estimate, oldestWaitMillis } = group;
  const { span } = group.context;
  return Object.freeze({
    stack,
    awaitIndex: first.operationFrames,
    tasks: estimate.total,
    standardError: estimate.standardError,
    samplingProbability: isExact ? 1 : Math.min(estimate.samplingProbability, ALMOST_ALL),
    source: estimate.isFollowed ? 'followed' : 'captured',
    oldestWaitMillis,
    labels,
    ...(span === undefined ? {} : { span }),
  });
}

function mostTasksFirst(a: TaskSample, b: TaskSample): number {
  return b.tasks - a.tasks || b.oldestWaitMillis - a.oldestWaitMillis;
}
