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

  it('takes those of the rarest stacks first, though others come ahead of them, and none that five have', () => {
    // In the order that they are met: four of stack 2, five of stack 3, one of stack 4.
    const stacks = [2, 2, 2, 2, 3, 3, 3, 3, 3, 4, ...Array<number>(990).fill(1)];
    const rare = (maxTasks: number): number[] => {
      const isRare = rareOnes(stacks, (stack) => stack, maxTasks);
      return [1, 2, 3, 4].filter(isRare);
    };
    assert.deepEqual(rare(8), [4], 'a place');
    assert.deepEqual(rare(40), [2, 4], 'five places');
    assert.deepEqual(rare(400), [2, 4], 'fifty places');
  });

  it('takes no stack that is not known for rare, nor any where all have a place', () => {
    const stacks = [0, 7, ...Array<number>(98).fill(1)];
    assert.deepEqual([0, 7].map(rareOnes(stacks, (stack) => stack, 50)), [false, true]);
    assert.deepEqual([0, 7].map(rareOnes(stacks, (stack) => stack, 100)), [false, false]);
  });

  it('takes all, and draws nothing, where there are as many places', () => {
    const all = choose(candidates(), CANDIDATES, [], () => assert.fail('drawn'));
    assert.ok(all.every(({ candidate, probability }, i) => candidate === i && probability === 1));
  });
});
