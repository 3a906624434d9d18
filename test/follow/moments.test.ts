import assert from 'node:assert/strict';
import type { Contribution } from '../../src/capture/live-sample.ts';
import { EMPTY_TASK_CONTEXT } from '../../src/capture/task-context.ts';
import { Moments } from '../../src/follow/moments.ts';
import { Estimate } from '../../src/snapshot/estimate.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

/** Tasks of one moment that stand for one each. */
function tasks(count: number, stack = 1): Contribution[] {
  return Array.from({ length: count }, () => ({
    task: { parkedAt: 0, context: EMPTY_TASK_CONTEXT, stack, operationFrames: 0, unit: 0, unitProbability: 1 },
    amount: 1,
    inclusionProbability: 1,
    waitMillis: 1,
    source: 'followed',
  }));
}

function estimate(moments: Moments): Estimate {
  const all = new Estimate();
  for (const contribution of moments.contributions()) all.add(contribution);
  return all;
}

describe('Moments', () => {
  it('give the mean over all moments, those without tasks as well', () => {
    const moments = new Moments(Infinity, seededRandom(1));
    for (const count of [4, 0, 8]) moments.add(tasks(count));
    assert.equal(moments.count, 3);
    assert.ok(Math.abs(estimate(moments).total - 4) < 1e-9);
  });

  it('count what was alive at several moments for each of them', () => {
    const moments = new Moments(Infinity, seededRandom(1));
    moments.add(tasks(6), 3);
    moments.add(tasks(2));
    assert.equal(moments.count, 4);
    assert.ok(Math.abs(estimate(moments).total - 5) < 1e-9);
  });

  it('are nothing where there were none', () => {
    assert.equal(estimate(new Moments(10, seededRandom(1))).total, 0);
  });

  it('hold no more than their capacity, and stay unbiased', () => {
    const totals: number[] = [];
    const rare: number[] = [];
    for (let trial = 0; trial < 300; trial++) {
      const moments = new Moments(64, seededRandom(1 + trial * 7919));
      for (let i = 0; i < 40; i++) moments.add([...tasks(10 + (i % 5)), ...tasks(i % 10 === 0 ? 1 : 0, 2)]);
      assert.ok(moments.tasks.length <= 64);
      totals.push(estimate(moments).total);
      const found = new Estimate();
      for (const one of moments.contributions()) if (one.task.stack === 2) found.add(one);
      rare.push(found.total);
    }
    expectUnbiased(totals, 12.1, 'all');
    expectUnbiased(rare, 0.1, 'rare');
  });

  it('claim the standard error that their means show', () => {
    for (const capacity of [Infinity, 64]) {
      const totals: number[] = [];
      const claims: number[] = [];
      for (let trial = 0; trial < 300; trial++) {
        const random = seededRandom(1 + trial * 7919);
        const moments = new Moments(capacity, random);
        for (let i = 0; i < 40; i++) moments.add(tasks(random() < 0.3 ? 20 : 2));
        const { total, standardError } = estimate(moments);
        totals.push(total);
        claims.push(standardError);
      }
      expectUnbiased(totals, 0.3 * 20 + 0.7 * 2, 'mean');
      const claimed = Math.sqrt(mean(claims.map((claim) => claim ** 2)));
      const shown = standardDeviation(totals);
      assert.ok(Math.abs(claimed / shown - 1) < 0.2, `capacity ${capacity}: claims ${claimed}, shows ${shown}`);
    }
  });
});
