import assert from 'node:assert/strict';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { TaskProfiler, type TimelineSlice, timelineToProfile } from '../../src/index.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { frame, profilesData } from '../support/profiles-data.ts';
import { inOwnTurn, settled } from '../support/settled.ts';
import { stopped, track } from '../support/timelines.ts';

describe('the profile of a timeline', () => {
  it('is sound, has a value and a time for each slice, and comes back out of OTLP as it was', async () => {
    await settled();
    const profiler = new TaskProfiler();
    profiler.start();
    const recording = profiler.timeline({ everyNthRoot: 1, overheadBudget: 1 });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    async function loop(): Promise<void> {
      for (let i = 0; i < 3; i++) await turn();
    }
    inOwnTurn(() => void loop());
    inOwnTurn(() => void loop());
    await settled();
    const timeline = stopped(recording);
    profiler.stop();

    const profile = timelineToProfile(timeline);
    checkProfile(profile);
    assert.deepEqual(profile.sampleType, { type: 'timeline', unit: 'nanoseconds' });
    const begin = timeline.startTimeUnixNano;
    const told = profile.samples.flatMap(({ attributes, stack, timed }, index) =>
      timed!.map(({ timeUnixNano, value }) => ({
        task: attributes['taskprof.timeline.task'],
        root: attributes['taskprof.timeline.root'],
        state: attributes['taskprof.timeline.state'],
        startNano: Number(timeUnixNano - begin),
        durationNano: value,
        stack,
        awaitIndex: (profile.attributes['taskprof.sample.await_index'] as number[])[index],
      })),
    );
    const byTime = (one: { startNano: number }, other: { startNano: number }): number =>
      one.startNano - other.startNano;
    assert.deepEqual(
      told.toSorted(byTime),
      timeline.slices
        .map(({ labels, span, ...slice }) => (assert.deepEqual([labels, span], [{}, undefined]), slice))
        .toSorted(byTime),
    );
    // The same wait of the same task is one sample, however often it was.
    assert.ok(profile.samples.some(({ timed }) => timed!.length >= 2));
    const { messages, losses } = otlpToProfiles(encodeOtlpProtobuf(profilesData(profile)));
    assert.deepEqual(losses, []);
    assert.deepEqual(messages[0]!.profiles[0]!.samples, profile.samples);
    // The test runner may have tasks of its own.
    const ofLoops = timeline.slices.filter(({ stack }) => stack.some(({ functionName }) => functionName === 'loop'));
    assert.equal(new Set(ofLoops.map(({ task }) => task)).size, 2);
    assert.throws(() => track(timeline, 'loop'), /2 tasks/);
  });

  it('has a sample for each task, state, stack, labels and span, whatever objects these are', () => {
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const other = { ...span, spanId: '00f067aa0ba902b7' };
    let now = 0;
    const slice = (changes: Partial<TimelineSlice> = {}): TimelineSlice => ({
      ...{ task: 1, root: 1, state: 'waiting' as const, startNano: (now += 10), durationNano: now, awaitIndex: 1 },
      ...{ stack: [frame('acquire'), frame('handle')], labels: { tier: 'gold' }, span: undefined },
      ...changes,
    });
    const first = slice();
    const slices = [
      first,
      slice({ stack: first.stack, labels: first.labels }),
      slice(),
      slice({ task: 2, awaitIndex: 0 }),
      slice({ root: 2 }),
      slice({ state: 'running' }),
      slice({ stack: [frame('query')] }),
      slice({ labels: {} }),
      slice({ span }),
      slice({ span: other }),
      slice({ span }),
    ];
    const timeline = {
      ...{ startTimeUnixNano: 1_000n, durationNano: 1_000n, slices, spans: [] },
      ...{ roots: 2, skippedRoots: 3, droppedSlices: 4 },
    };
    const profile = timelineToProfile(timeline);
    checkProfile(profile);
    const { samples, ...head } = profile;
    assert.deepEqual(
      samples.map(({ value, timed, link }) => [value, timed!.map(({ timeUnixNano }) => timeUnixNano), link?.spanId]),
      [
        [60, [1_010n, 1_020n, 1_030n], undefined],
        [40, [1_040n], undefined],
        [50, [1_050n], undefined],
        [60, [1_060n], undefined],
        [70, [1_070n], undefined],
        [80, [1_080n], undefined],
        [200, [1_090n, 1_110n], span.spanId],
        [100, [1_100n], other.spanId],
      ],
    );
    assert.deepEqual(
      samples.map((sample) => 'link' in sample),
      [...Array<boolean>(6).fill(false), true, true],
    );
    assert.deepEqual(samples[0]!.attributes, {
      tier: 'gold',
      'taskprof.timeline.task': 1,
      'taskprof.timeline.root': 1,
      'taskprof.timeline.state': 'waiting',
    });
    assert.deepEqual(head, {
      sampleType: { type: 'timeline', unit: 'nanoseconds' },
      periodType: { type: 'timeline', unit: 'nanoseconds' },
      period: 1,
      ...{ timeUnixNano: 1_000n, durationNano: 1_000n },
      attributes: {
        'taskprof.view': 'timeline',
        'taskprof.timeline.roots': 2,
        'taskprof.timeline.skipped_roots': 3,
        'taskprof.timeline.dropped_slices': 4,
        'taskprof.sample.await_index': [1, 0, 1, 1, 1, 1, 1, 1],
      },
    });
  });
});
