import assert from 'node:assert/strict';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { TaskProfiler, timelineToProfile } from '../../src/index.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { profilesData } from '../support/profiles-data.ts';
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
});
