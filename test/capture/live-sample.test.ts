import assert from 'node:assert/strict';
import { choose, rareOnes } from '../../src/capture/live-sample.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

const CANDIDATES = 40;

/** Numbers, the oldest first. */
const candidates = (): number[] => Array.from({ length: CANDIDATES }, (_, i) => i);

describe('the choice of candidates', () => {
  for (const { title, maxTasks, isPinned } of [
    { title: 'one place', maxTasks: 1, isPinned: undefined },
    { title: 'two places', maxTasks: 2, isPinned: undefined },
    { title: 'some places', maxTasks: 10, isPinned: undefined },
    { title: 'as many pinned ones as places', maxTasks: 8, isPinned: (one: number) => one >= 32 },
    { title: 'more pinned ones than places', maxTasks: 8, isPinned: (one: number) => one % 2 === 0 },
  ]) {
    it(`gives weights that count all without bias: ${title}`, () => {
      const random = seededRandom(7);
      const counts: number[] = [];
      const sums: number[] = [];
      for (let trial = 0; trial < 400; trial++) {
        const chosen = choose(candidates(), maxTasks, isPinned ? [isPinned] : [], random);
        assert.equal(new Set(chosen.map(({ candidate }) => candidate)).size, maxTasks);
        counts.push(chosen.reduce((sum, { probability }) => sum + 1 / probability, 0));
        sums.push(chosen.reduce((sum, { candidate, probability }) => sum + candidate / probability, 0));
      }
      for (const count of counts) assert.ok(Math.abs(count - CANDIDATES) < 1e-9, `${count}`);
      expectUnbiased(sums, (CANDIDATES * (CANDIDATES - 1)) / 2, 'sum');
    });
  }

  it('takes the oldest and then the pinned for certain', () => {
    const isPinned = (one: number): boolean => one === 20 || one === 30;
    for (let trial = 0; trial < 50; trial++) {
      const chosen = choose(candidates(), 16, [isPinned], seededRandom(1 + trial));
      const certain = chosen.filter(({ probability }) => probability === 1).map(({ candidate }) => candidate);
      assert.deepEqual(certain, [0, 1, 20, 30]);
    }
  });

  it('takes those with rare stacks for certain, the rarest first, in an eighth of the places', () => {
    // Stack 1 has all but some: 2 has one, 3 two, 4 three, 5 five.
    const others = new Map([
      [10, 2],
      [11, 3],
      [12, 3],
      [13, 4],
      [14, 4],
      [15, 4],
      ...[16, 17, 18, 19, 20].map((i) => [i, 5] as const),
    ]);
    const all = Array.from({ length: 1_000 }, (_, i) => i);
    const stackOf = (one: number): number => others.get(one) ?? 1;
    const sure = (maxTasks: number): number[] => {
      const chosen = choose([...all], maxTasks, [rareOnes(all, stackOf, maxTasks)], seededRandom(3));
      return chosen
        .filter(({ candidate, probability }) => probability === 1 && candidate >= 10)
        .map((it) => it.candidate);
    };
    assert.deepEqual(sure(64), [10, 11, 12, 13, 14, 15]);
    assert.deepEqual(sure(24), [10, 11, 12]);
  });
});
