import assert from 'node:assert/strict';
import { TaskProfiler } from '../../src/index.ts';
import { ProfileAttribute, buildInstantProfile, buildMeanProfile, roundKeepingSums } from '../../src/profile/build.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { gate } from '../support/settled.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

async function waits(open: Promise<void>): Promise<void> {
  await open;
}

describe('building a profile', () => {
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
    assert.deepEqual(instant.attributes[ProfileAttribute.sampleAwaitIndex], [0]);
    assert.equal(mean.attributes[ProfileAttribute.view], 'mean');
    assert.ok(mean.durationNano > 0n);
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
