import assert from 'node:assert/strict';
import { ROOT_CONTEXT, TraceFlags, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TaskProfiler } from '../../src/index.ts';
import {
  ProfileAttribute,
  buildInstantProfile,
  buildLostProfile,
  buildMeanProfile,
  roundKeepingSums,
  toAttributes,
} from '../../src/profile/build.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { snapshotToProfile, snapshotToProfiles } from '../../src/profile/snapshot-profile.ts';
import { emptyResourceSnapshot } from '../../src/snapshot/build-resource-snapshot.ts';
import type { LostTaskSnapshot } from '../../src/snapshot/lost.ts';
import type { TaskSnapshot } from '../../src/snapshot/task-snapshot.ts';
import { frame } from '../support/profiles-data.ts';
import { gate } from '../support/settled.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

const SAMPLE = {
  stack: [frame('acquire'), frame('handle')],
  awaitIndex: 1,
  tasks: 3,
  standardError: 0.25,
  samplingProbability: 0.5,
  source: 'captured' as const,
  oldestWaitMillis: 2,
  labels: {},
};
const SPAN = { startTimeUnixNano: 5n, durationNano: 7n };
const INSTANT: TaskSnapshot = {
  timeUnixNano: 12n,
  consistency: 'moment',
  totalTasks: 3,
  totalStandardError: 0.5,
  samples: [],
  samplingProbability: 0.25,
  droppedTasks: 4,
  cutLabels: 0,
};
const LOST: LostTaskSnapshot = { ...INSTANT, ...SPAN, lost: true, consistency: 'interval' };

async function waits(open: Promise<void>): Promise<void> {
  await open;
}

/** Runs `fn` in a span of its own: tasks of different spans are different samples. */
function withSpan(number: number, fn: () => void): void {
  const digits = (length: number): string => (number + 1).toString(16).padStart(length, '0');
  const spanContext = { traceId: digits(32), spanId: digits(16), traceFlags: TraceFlags.SAMPLED };
  context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), fn);
}

describe('building a profile', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  it('gives a tasks/count profile that passes its own check, of a moment and of an interval', () => {
    const open = gate();
    const profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
    profiler.start();
    const interval = profiler.openInterval()!;
    for (let i = 0; i < 7; i++) void waits(open.promise);
    const instant = buildInstantProfile(profiler.snapshot());
    const mean = buildMeanProfile(interval.end());
    profiler.stop();
    open.open();
    for (const profile of [instant, mean]) {
      checkProfile(profile);
      assert.deepEqual(profile.sampleType, { type: 'tasks', unit: 'count' });
      assert.deepEqual(profile.periodType, { type: 'tasks', unit: 'count' });
    }
    assert.deepEqual(
      instant.samples.map(({ value }) => value),
      [7],
    );
    assert.equal(instant.attributes[ProfileAttribute.view], 'instant');
    assert.equal(instant.attributes[ProfileAttribute.consistency], 'moment');
    assert.deepEqual(instant.attributes[ProfileAttribute.sampleAwaitIndex], [0]);
    assert.equal(mean.attributes[ProfileAttribute.view], 'mean');
    assert.equal(mean.attributes[ProfileAttribute.consistency], 'interval');
    assert.ok(mean.durationNano > 0n);
  });

  it('keeps estimates to 14 binary digits', () => {
    const amounts = [1 / 3, 1234.5678, 1e-9, 98_765_432.1, 5];
    const samples = amounts.map((tasks, i) => ({
      stack: [{ functionName: `f${i}`, file: 'file:///a.js', line: i, column: 1 }],
      awaitIndex: 0,
      tasks,
      standardError: tasks / 7,
      samplingProbability: 0.5,
      source: 'captured' as const,
      oldestWaitMillis: tasks,
      labels: {},
    }));
    const { attributes } = buildInstantProfile({
      timeUnixNano: 1n,
      consistency: 'moment',
      totalTasks: 0,
      totalStandardError: 0,
      samples,
      samplingProbability: 0.5,
      droppedTasks: 0,
      cutLabels: 3,
    });
    assert.equal(attributes[ProfileAttribute.cutLabels], 3);
    const expectClose = (name: string, values: readonly number[]): void => {
      for (const [i, value] of (attributes[name] as readonly number[]).entries()) {
        assert.ok(Math.abs(value / values[i]! - 1) <= 2 ** -14, `${name}: ${value} for ${values[i]}`);
      }
    };
    expectClose(ProfileAttribute.sampleTasks, amounts);
    expectClose(
      ProfileAttribute.sampleStandardError,
      amounts.map((amount) => amount / 7),
    );
    assert.deepEqual((attributes[ProfileAttribute.sampleTasks] as readonly number[]).at(-1), 5);
    const waits = attributes[ProfileAttribute.sampleOldestWait] as readonly number[];
    assert.ok(waits.every(Number.isSafeInteger));
    assert.deepEqual(waits[2], 0);
  });

  it('keeps names of labels to what backends take', () => {
    const labels = { tier: 'gold', 'http.route': '/', 'größe in m²': 1, '9lives': true, '.a': '', _b: '' };
    assert.deepEqual(toAttributes(labels), {
      tier: 'gold',
      'http.route': '/',
      gr__e_in_m_: 1,
      _9lives: true,
      '_.a': '',
      _b: '',
    });
  });

  it('has one object for equal attributes, links for spans, and text for what is stuck', () => {
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const labels = { tier: 'gold' };
    const { samples } = buildLostProfile({
      ...LOST,
      samples: [SAMPLE, { ...SAMPLE, labels, span }, { ...SAMPLE, labels }],
    });
    assert.deepEqual(
      samples.map(({ attributes, link }) => [attributes, link]),
      [
        [{}, undefined],
        [labels, span],
        [labels, undefined],
      ],
    );
    assert.equal(samples[1]!.attributes, samples[2]!.attributes);
    assert.deepEqual(
      samples.map((one) => 'link' in one),
      [false, true, false],
    );
    const stuck = { ...SAMPLE, labels, stuck: true } as const;
    const told = buildInstantProfile({ ...LOST, samples: [{ ...SAMPLE, labels }, stuck, { ...stuck, span }] }).samples;
    assert.deepEqual(
      told.map(({ attributes }) => attributes['taskprof.stuck']),
      [undefined, 'true', 'true'],
    );
    assert.equal(told[1]!.attributes, told[2]!.attributes);
  });

  it('gives lost tasks as lost/count, the sum of a stretch of time', () => {
    const { samples, ...profile } = buildLostProfile({ ...LOST, samples: [{ ...SAMPLE, tasks: 0.5 }] }, () => 0.75);
    assert.deepEqual(profile, {
      sampleType: { type: 'lost', unit: 'count' },
      periodType: { type: 'lost', unit: 'count' },
      period: 1,
      ...{ timeUnixNano: 5n, durationNano: 7n },
      attributes: {
        'taskprof.view': 'sum',
        'taskprof.lost': 3,
        'taskprof.lost.standard_error': 0.5,
        'taskprof.sampling_probability': 0.25,
        'taskprof.dropped_tasks': 4,
        'taskprof.sample.lost': [0.5],
        'taskprof.sample.standard_error': [0.25],
        'taskprof.sample.oldest_wait': [2_000_000],
        'taskprof.sample.await_index': [1],
      },
    });
    assert.deepEqual(
      samples.map(({ value }) => value),
      [1],
    );
  });

  it('has the profiles of a snapshot by what it is of', () => {
    const instant = { ...INSTANT, samples: [SAMPLE] };
    const interval = { ...instant, ...SPAN, samples: [{ ...SAMPLE, waitMillis: 6 }], totalWaitMillis: 6 };
    const typesOf = (snapshot: Parameters<typeof snapshotToProfiles>[0]): string[] =>
      snapshotToProfiles(snapshot).map(({ sampleType }) => sampleType.type);
    assert.deepEqual([instant, interval, LOST].map(typesOf), [['tasks'], ['tasks', 'wait'], ['lost']]);
    assert.deepEqual(snapshotToProfile(instant).attributes['taskprof.view'], 'instant');
    const cpu = {
      ...SPAN,
      samples: [],
      totalCpuNanos: 0,
      threadCpuNanos: 0,
      runningNanos: 0,
      samplingFrequencyHz: 1,
      hits: 0,
    };
    assert.deepEqual(typesOf(cpu), ['cpu']);
    assert.deepEqual(typesOf(emptyResourceSnapshot()), ['resources']);
  });

  it('gives equal stacks and equal labels of a snapshot as one object', () => {
    const open = gate();
    const profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
    profiler.start();
    for (let i = 0; i < 3; i++) withSpan(i, () => void waits(open.promise));
    const { samples } = profiler.snapshot();
    profiler.stop();
    open.open();
    assert.equal(samples.length, 3);
    assert.equal(new Set(samples.map(({ stack }) => stack)).size, 1);
    assert.equal(new Set(samples.map(({ labels }) => labels)).size, 1);
  });

  it('keeps whole numbers as they are', () => {
    assert.deepEqual(roundKeepingSums([3, 0, 1, 20], 0.999), [3, 0, 1, 20]);
  });

  it('rounds each amount without bias and every sum of neighbours to within one', () => {
    const amounts = [0.2, 0.2, 0.7, 1.4, 0.05, 2.3];
    const random = seededRandom(2);
    const rounded = Array.from({ length: 3_000 }, () => roundKeepingSums(amounts, random()));
    amounts.forEach((amount, i) =>
      expectUnbiased(
        rounded.map((values) => values[i]!),
        amount,
        `amount ${i}`,
      ),
    );
    for (const values of rounded) {
      const sum = values[1]! + values[2]! + values[3]!;
      assert.ok(sum === 2 || sum === 3, `0.2 + 0.7 + 1.4 became ${sum}`);
    }
  });
});
