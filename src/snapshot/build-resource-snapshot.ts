import { nowMillis, unixNanoOf } from '../base/clock.ts';
import type { StackFrame } from '../base/types.ts';
import type { TaskLabels } from '../base/task-labels.ts';
import type { Contribution } from '../capture/live-sample.ts';
import type { ResourceEngine } from '../resources/resource-engine.ts';
import type { ResourceRecord } from '../resources/resource-record.ts';
import { type ResourceState, isReferenced } from '../resources/resource-state.ts';
import type { StackView } from '../frames/stack-view.ts';
import { Estimate } from './estimate.ts';
import type { ResourceSnapshotOptions } from './resource-snapshot-options.ts';
import type { ResourceSample, ResourceSnapshot } from './resource-snapshot.ts';
import { ShownStacks } from './shown-stacks.ts';
import { sampleRequest } from './snapshot-options.ts';

/** Where a resource may have been left out, the sampling probability says so even if all that is known was looked at. */
const ALMOST_ALL = 0.999;

/** A live resource as it is now. */
interface Seen {
  readonly record: ResourceRecord;
  readonly state: ResourceState;
  readonly referenced: boolean;
}

/** The same as people read it. Equal stacks are one object, and have one number. */
interface Shown extends Seen {
  readonly labels: TaskLabels;
  readonly stack: readonly StackFrame[];
  readonly stackNumber: number;
  readonly callerIndex: number;
}

interface Group {
  readonly first: Shown;
  readonly estimate: Estimate;
  oldestAgeMillis: number;
}

/** The resources that an engine knows now, grouped by stack, type, state, labels and span. Options are checked before. */
export function buildResourceSnapshot(
  engine: ResourceEngine,
  options: ResourceSnapshotOptions,
  view: StackView,
): ResourceSnapshot {
  const records = engine.live();
  const now = nowMillis();
  const { isExact } = engine;
  const isWanted = filterOf(engine, options, now, view);
  const stacks = new ShownStacks(view, (record: ResourceRecord) => engine.framesOf(record));
  const all = new Estimate();
  const groups = new Map<string, Group>();
  for (const record of records) {
    const seen = see(record);
    if (seen === undefined || !isWanted(seen)) continue;
    const contribution = contributionOf(record, now);
    all.add(contribution);
    addTo(groups, { ...seen, ...shownOf(record, stacks, view) }, contribution);
  }
  const probability = all.total === 0 ? engine.samplingProbability : all.samplingProbability;
  return Object.freeze({
    timeUnixNano: unixNanoOf(now),
    consistency: 'moment',
    totalResources: all.total,
    totalStandardError: all.standardError,
    samples: Object.freeze(Array.from(groups.values(), (group) => toSample(group, isExact)).sort(mostFirst)),
    samplingProbability: isExact ? 1 : Math.min(probability, ALMOST_ALL),
    droppedResources: engine.counts.droppedResources,
  });
}

/** A snapshot where resources are not profiled. */
export function emptyResourceSnapshot(): ResourceSnapshot {
  return Object.freeze({
    timeUnixNano: unixNanoOf(nowMillis()),
    consistency: 'moment',
    totalResources: 0,
    totalStandardError: 0,
    samples: Object.freeze([]),
    samplingProbability: 0,
    droppedResources: 0,
  });
}

function see(record: ResourceRecord): Seen | undefined {
  const target = record.live;
  if (target === undefined) return undefined;
  return { record, state: record.type.stateOf(target), referenced: isReferenced(target) };
}

function shownOf(
  record: ResourceRecord,
  stacks: ShownStacks<ResourceRecord>,
  view: StackView,
): Omit<Shown, keyof Seen> {
  const { stack, stackNumber, operationFrames: callerIndex } = stacks.of(record);
  return { labels: view.labels(record.context.labels), stack, stackNumber, callerIndex };
}

function filterOf(
  engine: ResourceEngine,
  { minAgeMillis = 0, states, ...others }: ResourceSnapshotOptions,
  now: number,
  view: StackView,
): (seen: Seen) => boolean {
  const { wanted, matches } = sampleRequest(others, Infinity, view);
  return ({ record, state }) =>
    now - record.parkedAt >= minAgeMillis &&
    (states === undefined || states.includes(state)) &&
    (wanted === undefined || wanted.accepts(record.context)) &&
    (matches === undefined || matches(engine.framesOf(record), record.operationFrames));
}

function contributionOf(record: ResourceRecord, now: number): Contribution {
  return {
    task: record,
    amount: record.weight,
    inclusionProbability: 1 / record.weight,
    waitMillis: now - record.parkedAt,
    source: 'captured',
  };
}

function addTo(groups: Map<string, Group>, seen: Shown, contribution: Contribution): void {
  const { record, state, referenced, stackNumber, labels } = seen;
  const { span } = record.context;
  const ids = span === undefined ? '' : span.traceId + span.spanId;
  const key = `${stackNumber} ${record.type.type} ${state} ${referenced} ${ids} ${labels.key}`;
  let group = groups.get(key);
  if (group === undefined) groups.set(key, (group = { first: seen, estimate: new Estimate(), oldestAgeMillis: 0 }));
  group.estimate.add(contribution);
  group.oldestAgeMillis = Math.max(group.oldestAgeMillis, contribution.waitMillis);
}

function toSample({ first, estimate, oldestAgeMillis }: Group, isExact: boolean): ResourceSample {
  const { record, state, referenced, labels, stack, callerIndex } = first;
  const { span } = record.context;
  return Object.freeze({
    stack,
    callerIndex,
    type: record.type.type,
    kind: record.type.kind,
    state,
    referenced,
    resources: estimate.total,
    standardError: estimate.standardError,
    samplingProbability: isExact ? 1 : Math.min(estimate.samplingProbability, ALMOST_ALL),
    oldestAgeMillis,
    labels: labels.values,
    ...(span === undefined ? {} : { span }),
  });
}

function mostFirst(a: ResourceSample, b: ResourceSample): number {
  return b.resources - a.resources || b.oldestAgeMillis - a.oldestAgeMillis;
}
