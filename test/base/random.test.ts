import assert from 'node:assert/strict';
import { geometricGap } from '../../src/base/random.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

describe('geometricGap', () => {
  it('has the mean 1 / p, and the share p of ones', () => {
    const random = seededRandom(4);
    const gaps = Array.from({ length: 50_000 }, () => geometricGap(random, 0.05));
    expectUnbiased(gaps, 20, 'gap');
    expectUnbiased(
      gaps.map((gap) => (gap === 1 ? 1 : 0)),
      0.05,
      'ones',
    );
  });

  it('is 1 where everything is chosen, and a small integer where nothing is', () => {
    assert.equal(geometricGap(seededRandom(1), 1), 1);
    assert.equal(geometricGap(seededRandom(1), 1e-15), 2 ** 30 - 1);
  });
});
