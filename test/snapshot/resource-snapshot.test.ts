import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import { TaskLabels } from '../../src/base/task-labels.ts';
import type { SpanReference } from '../../src/base/types.ts';
import { PLAIN_VIEW, type StackView } from '../../src/frames/stack-view.ts';
import { buildResourceProfile } from '../../src/profile/build-resources.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { ResourceRecord } from '../../src/resources/resource-record.ts';
import type { ResourceEngine } from '../../src/resources/resource-engine.ts';
import type { ResourceType } from '../../src/resources/resource-type.ts';
import type { ResourceState } from '../../src/resources/resource-state.ts';
import { buildResourceSnapshot } from '../../src/snapshot/build-resource-snapshot.ts';
import type { ResourceSnapshot } from '../../src/snapshot/resource-snapshot.ts';
import type { ResourceSnapshotOptions } from '../../src/snapshot/resource-snapshot-options.ts';
import { frame } from '../support/profiles-data.ts';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const GOLD = new TaskLabels([['tier', 'gold']]);
const STACKS = [[frame('setTimeout', 'node:timers'), frame('handle')], [frame('connect')]];

interface Resource {
  readonly type?: string;
  readonly state?: ResourceState;
  readonly referenced?: boolean;
  readonly ended?: boolean;
  readonly stack?: number;
  readonly ageMillis?: number;
  readonly labels?: TaskLabels;
  readonly span?: SpanReference;
  readonly probability?: number;
}

/** Targets are held weakly. */
const targets: object[] = [];

function recordOf(resource: Resource, unit: number): ResourceRecord {
  const { type = 'Timeout', state = 'pending', referenced = true, ageMillis = 0, probability = 1 } = resource;
  const { labels = TaskLabels.none, span } = resource;
  const target = { hasRef: () => referenced };
  targets.push(target);
  const resourceType = {
    ...{ type, kind: type === 'Timeout' ? 'timer' : 'connection' },
    stateOf: () => state,
    lifetime: { isLive: () => resource.ended !== true },
  };
  const origin = { type: resourceType as unknown as ResourceType, asyncId: unit, triggerId: 0, target };
  const record = new ResourceRecord(origin, nowMillis() - ageMillis, { labels, span }, unit, probability);
  record.stack = resource.stack ?? 0;
  record.operationFrames = record.stack === 0 ? 1 : 0;
  return record;
}

function snapshotOf(
  resources: readonly Resource[],
  options: ResourceSnapshotOptions = {},
  isExact = true,
  view: StackView = PLAIN_VIEW,
): ResourceSnapshot {
  const records = resources.map(recordOf);
  const engine = {
    ...{ isExact, samplingProbability: 0.25, counts: { droppedResources: 3 }, live: () => records },
    framesOf: ({ stack }: ResourceRecord) => STACKS[stack],
  };
  return buildResourceSnapshot(engine as unknown as ResourceEngine, options, view);
}

describe('a snapshot of resources', () => {
  afterEach(() => void targets.splice(0));

  it('groups by stack, type, state, labels, span and whether they keep the process; most first, then the oldest', () => {
    const other = { ...SPAN, spanId: '00f067aa0ba902b7' };
    const { samples, totalResources, totalStandardError, droppedResources } = snapshotOf([
      {},
      { ended: true },
      { stack: 1, ageMillis: 200_000 },
      { type: 'TCPWRAP', ageMillis: 300_000 },
      { state: 'repeating', ageMillis: 400_000 },
      { referenced: false, ageMillis: 500_000 },
      { labels: GOLD, ageMillis: 600_000 },
      { span: SPAN, ageMillis: 700_000 },
      { span: other, ageMillis: 800_000 },
      { ageMillis: 100_000 },
      { ageMillis: 50_000 },
    ]);
    assert.deepEqual([totalResources, totalStandardError, droppedResources], [10, 0, 3]);
    assert.deepEqual(
      samples.map(({ resources, stack, callerIndex, type, kind, state, referenced, labels, span }) => [
        ...[resources, stack.length, callerIndex, type, kind, state, referenced, labels.tier, span?.spanId],
      ]),
      [
        [3, 2, 1, 'Timeout', 'timer', 'pending', true, undefined, undefined],
        [1, 2, 1, 'Timeout', 'timer', 'pending', true, undefined, other.spanId],
        [1, 2, 1, 'Timeout', 'timer', 'pending', true, undefined, SPAN.spanId],
        [1, 2, 1, 'Timeout', 'timer', 'pending', true, 'gold', undefined],
        [1, 2, 1, 'Timeout', 'timer', 'pending', false, undefined, undefined],
        [1, 2, 1, 'Timeout', 'timer', 'repeating', true, undefined, undefined],
        [1, 2, 1, 'TCPWRAP', 'connection', 'pending', true, undefined, undefined],
        [1, 1, 0, 'Timeout', 'timer', 'pending', true, undefined, undefined],
      ],
    );
    assert.ok(samples[0]!.oldestAgeMillis >= 100_000 && samples[0]!.oldestAgeMillis < 200_000);
    assert.deepEqual(
      samples.map((sample) => 'span' in sample),
      [false, true, true, ...Array<boolean>(5).fill(false)],
    );
    assert.equal(new Set(samples.map(({ stack }) => stack)).size, 2);
  });

  it('estimates from what was chosen, and is 1 in its probability only where none can have been left out', () => {
    const of = (isExact: boolean, ...probabilities: number[]): unknown[] => {
      const resources = probabilities.map((probability) => ({ probability }));
      const snapshot = snapshotOf(resources, {}, isExact);
      const { samplingProbability, samples, totalResources, totalStandardError } = snapshot;
      return [samplingProbability, samples[0]?.samplingProbability, totalResources, totalStandardError];
    };
    assert.deepEqual(of(true, 1, 1), [1, 1, 2, 0]);
    assert.deepEqual(of(false, 1), [0.999, 0.999, 1, 0]);
    assert.deepEqual(of(false, 0.5, 0.5), [0.5, 0.5, 4, Math.sqrt(2 * 0.5 * 4)]);
    assert.deepEqual(of(false), [0.25, undefined, 0, 0]);
    assert.deepEqual(of(true), [1, undefined, 0, 0]);
  });

  it('takes what is asked for', () => {
    const resources: Resource[] = [
      { labels: GOLD },
      { span: SPAN },
      { state: 'idle' },
      { state: 'open' },
      { stack: 1 },
      { ageMillis: 60_000 },
    ];
    const count = (options: ResourceSnapshotOptions): number => snapshotOf(resources, options).totalResources;
    assert.equal(count({}), 6);
    assert.equal(count({ minAgeMillis: 50_000 }), 1);
    assert.equal(count({ minAgeMillis: 70_000 }), 0);
    assert.equal(count({ states: ['idle', 'open'] }), 2);
    assert.equal(count({ labels: { tier: 'gold' } }), 1);
    assert.equal(count({ traceId: SPAN.traceId }), 1);
    assert.equal(count({ matching: /^connect / }), 1);
    assert.equal(count({ matching: /^handle /, states: ['pending'] }), 3);
  });

  it('shows stacks and labels as a view does', () => {
    const view: StackView = {
      ...PLAIN_VIEW,
      stack: () => ({ frames: STACKS[1]!, pivot: 0 }),
      labels: () => GOLD,
    };
    const { samples } = snapshotOf([{}, { stack: 1 }], {}, true, view);
    assert.deepEqual(
      samples.map(({ resources, stack, callerIndex, labels }) => [resources, stack, callerIndex, labels]),
      [[2, STACKS[1], 0, { tier: 'gold' }]],
    );
  });

  it('is a resources/count profile of its moment, whose stacks are side by side', () => {
    const resources: Resource[] = [
      { probability: 0.5 },
      { stack: 1, type: 'TCPWRAP', state: 'open', referenced: false },
      { labels: GOLD, span: SPAN },
    ];
    const snapshot = snapshotOf(resources, {}, false);
    const profile = buildResourceProfile(snapshot, () => 0);
    checkProfile(profile);
    const attributes = { 'taskprof.resource.type': 'Timeout', 'taskprof.resource.kind': 'timer' };
    const pending = { ...attributes, 'taskprof.resource.state': 'pending', 'taskprof.resource.referenced': 'true' };
    const ages = profile.attributes['taskprof.sample.oldest_age'] as number[];
    assert.deepEqual(profile, {
      sampleType: { type: 'resources', unit: 'count' },
      periodType: { type: 'resources', unit: 'count' },
      period: 1,
      timeUnixNano: snapshot.timeUnixNano,
      durationNano: 1n,
      attributes: {
        'taskprof.view': 'instant',
        'taskprof.resources': 4,
        'taskprof.resources.standard_error': snapshot.totalStandardError,
        'taskprof.sampling_probability': 0.75,
        'taskprof.dropped_resources': 3,
        'taskprof.sample.resources': [2, 1, 1],
        'taskprof.sample.standard_error': profile.attributes['taskprof.sample.standard_error'],
        'taskprof.sample.oldest_age': ages,
        'taskprof.sample.caller_index': [1, 1, 0],
      },
      samples: [
        { stack: STACKS[0], attributes: pending, value: 2 },
        { stack: STACKS[0], attributes: { tier: 'gold', ...pending }, link: SPAN, value: 1 },
        {
          stack: STACKS[1],
          attributes: {
            'taskprof.resource.type': 'TCPWRAP',
            'taskprof.resource.kind': 'connection',
            'taskprof.resource.state': 'open',
            'taskprof.resource.referenced': 'false',
          },
          value: 1,
        },
      ],
    });
    const [error, ...none] = profile.attributes['taskprof.sample.standard_error'] as number[];
    assert.ok(Math.abs(error! / Math.SQRT2 - 1) < 2 ** -13, String(error));
    assert.deepEqual(none, [0, 0]);
    const oldest = snapshot.samples[0]!.oldestAgeMillis * 1e6;
    assert.ok(Math.abs(ages[0]! - oldest) <= 1 + oldest * 2 ** -13, `${ages[0]} of ${oldest}`);
  });
});
