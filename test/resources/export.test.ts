import assert from 'node:assert/strict';
import { ROOT_CONTEXT, TraceFlags, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InvalidOptionError,
  TaskProfiler,
  TaskProfilerInstrumentation,
  encodeOtlpProtobuf,
  pprofToProfiles,
  snapshotToPprof,
  snapshotToProfile,
  withTaskLabels,
} from '../../src/index.ts';
import { ResourceAttribute, buildResourceProfile } from '../../src/profile/build-resources.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { profileText } from '../../src/profile/text.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';
import { RecordingExporter } from '../support/recording-exporter.ts';
import { estimateOf, madeBy } from '../support/resources.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { gate, settled } from '../support/settled.ts';
import { expectUnbiased } from '../support/statistics.ts';

const SPAN = {
  traceId: 'abcdef0123456789abcdef0123456789',
  spanId: 'abcdef0123456789',
  traceFlags: TraceFlags.SAMPLED,
};

describe('the profile of resources, as it is exported', () => {
  let timers: NodeJS.Timeout[];
  let profiler: TaskProfiler;

  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  beforeEach(() => {
    timers = [];
    profiler = new TaskProfiler({ resources: { sampling: 'all' } });
    profiler.start();
  });

  afterEach(() => {
    profiler.stop();
    for (const timer of timers) clearTimeout(timer);
  });

  function setSome(count: number): void {
    for (let i = 0; i < count; i++) timers.push(setTimeout(() => undefined, 60_000));
  }

  async function waits(open: Promise<void>): Promise<void> {
    await open;
  }

  it('carries the span and the labels of where a resource was made', () => {
    context.with(trace.setSpanContext(ROOT_CONTEXT, SPAN), () => withTaskLabels({ tenant: 'acme' }, () => setSome(3)));
    withTaskLabels({ tenant: 'other' }, () => setSome(2));
    const all = profiler.resourceSnapshot();
    const [largest] = madeBy('setSome', all);
    assert.deepEqual(largest!.labels, { tenant: 'acme' });
    assert.deepEqual(largest!.span, { traceId: SPAN.traceId, spanId: SPAN.spanId });
    assert.equal(estimateOf('setSome', all), 5);
    for (const [options, count] of [
      [{ labels: { tenant: 'other' } }, 2],
      [{ traceId: SPAN.traceId }, 3],
      [{ matching: /setSome/ }, 5],
      [{ matching: /setNone/ }, 0],
      [{ states: ['pending'] }, 5],
      [{ minAgeMillis: 0 }, 5],
      [{ states: ['idle', 'open'] }, 0],
    ] as const) {
      assert.equal(estimateOf('setSome', profiler.resourceSnapshot(options)), count, JSON.stringify(options));
    }
  });

  it('is resources/count, tells what each is, and passes its own check', () => {
    setSome(7);
    timers.push(setInterval(() => undefined, 60_000).unref());
    const snapshot = profiler.resourceSnapshot();
    const profile = snapshotToProfile(snapshot);
    checkProfile(profile);
    assert.deepEqual(profile.sampleType, { type: 'resources', unit: 'count' });
    assert.equal(profile.attributes[ResourceAttribute.totalResources], snapshot.totalResources);
    const sample = profile.samples.find(({ value }) => value === 7)!;
    assert.deepEqual(sample.attributes, {
      'taskprof.resource.type': 'Timeout',
      'taskprof.resource.kind': 'timer',
      'taskprof.resource.state': 'pending',
      'taskprof.resource.referenced': 'true',
    });
    assert.ok(
      profile.samples.some(
        ({ attributes }) =>
          attributes[ResourceAttribute.state] === 'repeating' && attributes[ResourceAttribute.referenced] === 'false',
      ),
    );
    const index = profile.samples.indexOf(sample);
    const callers = profile.attributes[ResourceAttribute.sampleCallerIndex] as readonly number[];
    assert.equal((sample.stack[callers[index]!] as { functionName: string }).functionName, 'setSome');
  });

  it('rounds estimates without bias', () => {
    setSome(3);
    const [first, ...others] = profiler.resourceSnapshot().samples;
    const snapshot = { ...profiler.resourceSnapshot(), samples: [{ ...first!, resources: 2.25 }, ...others] };
    const random = seededRandom(3);
    const values = Array.from({ length: 400 }, () => Number(buildResourceProfile(snapshot, random).samples[0]!.value));
    expectUnbiased(values, 2.25, 'a sample');
  });

  it('is a pprof that reads back', () => {
    setSome(4);
    const { data } = pprofToProfiles(snapshotToPprof(profiler.resourceSnapshot()));
    const [profile] = data.profiles;
    assert.deepEqual(profile!.sampleType, { type: 'resources', unit: 'count' });
    assert.ok(
      profile!.samples.some(({ value, attributes }) => value === 4 && attributes[ResourceAttribute.kind] === 'timer'),
    );
  });

  it('goes with the profile of tasks in one message, and alone where nothing is parked', async () => {
    const exporter = new RecordingExporter();
    const instrumentation = new TaskProfilerInstrumentation({ exporter, sampling: 'all', resources: true });
    const open = gate();
    void waits(open.promise);
    setSome(2);
    await instrumentation.forceFlush();
    open.open();
    await settled();
    await instrumentation.forceFlush();
    await instrumentation.forceFlush();
    await instrumentation.shutdown();
    const types = exporter.exports.map(({ profiles }) => profiles.map(({ sampleType }) => sampleType.type));
    assert.deepEqual(types[0], ['tasks', 'wait', 'resources']);
    // Of the third interval there are only timers.
    assert.deepEqual(types[2], ['resources']);
    for (const profile of exporter.exports[0]!.profiles) checkProfile(profile);
    const received = modelOfOtlp(encodeOtlpProtobuf(exporter.exports[0]!)).profiles;
    assert.deepEqual(received.map(profileText), exporter.exports[0]!.profiles.map(profileText));
  });

  it('is not there unless it is asked for', async () => {
    const exporter = new RecordingExporter();
    const instrumentation = new TaskProfilerInstrumentation({ exporter, sampling: 'all' });
    const open = gate();
    void waits(open.promise);
    setSome(2);
    const empty = instrumentation.profiler.resourceSnapshot();
    assert.deepEqual([empty.totalResources, empty.samplingProbability], [0, 0]);
    assert.equal(instrumentation.profiler.resourceCounts, undefined);
    await instrumentation.forceFlush();
    await instrumentation.shutdown();
    open.open();
    for (const { profiles } of exporter.exports) {
      assert.deepEqual(
        profiles.map(({ sampleType }) => sampleType.type),
        ['tasks', 'wait'],
      );
    }
  });

  for (const [option, value, options] of [
    ['minAgeMillis', -1, { minAgeMillis: -1 }],
    ['minAgeMillis', '5', { minAgeMillis: '5' }],
    ['states', ['open', 'asleep'], { states: ['open', 'asleep'] }],
    ['traceId', 'abc', { traceId: 'abc' }],
    ['matching', 'text', { matching: 'text' }],
    ['labels', 7, { labels: 7 }],
  ] as const) {
    it(`refuses a wrong ${option}: ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => profiler.resourceSnapshot(options as never),
        (thrown: InvalidOptionError) => {
          assert.ok(thrown instanceof InvalidOptionError);
          assert.deepEqual([thrown.option, thrown.value], [option, value]);
          return true;
        },
      );
    });
  }
});
