import assert from 'node:assert/strict';
import { PIECE_EVENTS } from '../../src/capture/promise-hook.ts';
import { RootSampler } from '../../src/follow/root-sampler.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { mean, standardDeviation } from '../support/statistics.ts';

describe('RootSampler', () => {
  it('follows everything at probability 1', () => {
    const sampler = new RootSampler(1, seededRandom(1));
    assert.equal(sampler.isAll, true);
    assert.equal(sampler.unitProbability, 1);
  });

  for (const probability of [0.5, 0.1, 0.01]) {
    it(`follows each piece with probability ${probability}, independent of the one before`, () => {
      const sampler = new RootSampler(probability, seededRandom(2));
      const pieces = 200_000;
      let followed = 0;
      let pairs = 0;
      let before = false;
      for (let piece = 0; piece < pieces; piece++) {
        let now = false;
        for (let event = 0; event < PIECE_EVENTS; event++) now = sampler.follows(true);
        if (now) followed++;
        if (now && before) pairs++;
        before = now;
      }
      const near = (count: number, p: number) => Math.abs(count - pieces * p) <= 4 * Math.sqrt(pieces * p * (1 - p));
      assert.ok(near(followed, probability), `${followed} pieces`);
      assert.ok(near(pairs, probability ** 2), `${pairs} pairs`);
    });
  }

  it('decides the same for all events of a piece, each of its own unit', () => {
    const sampler = new RootSampler(0.3, seededRandom(3));
    const units = new Map<number, number>();
    for (let i = 0; i < 10_000; i++) {
      if (sampler.follows(true)) units.set(sampler.unit, (units.get(sampler.unit) ?? 0) + 1);
    }
    assert.ok(units.size > 50);
    const sizes = [...units.values()].slice(0, -1);
    assert.ok(sizes.every((size) => size === PIECE_EVENTS));
  });

  it('begins no piece at an await, which belongs to what it awaits', () => {
    const sampler = new RootSampler(0.5, seededRandom(4));
    for (let i = 0; i < 1_000; i++) {
      const isFollowed = sampler.follows(true);
      // However long the piece has become.
      for (let j = 0; j < 2 * PIECE_EVENTS; j++) assert.equal(sampler.follows(false), isFollowed);
    }
  });

  it('counts without bias while the probability changes, at the weights that it tells', () => {
    const estimates: number[] = [];
    for (let trial = 0; trial < 300; trial++) {
      const random = seededRandom(5 + trial * 7919);
      const sampler = new RootSampler(0.5, random);
      let estimate = 0;
      for (let i = 0; i < 6_000; i++) {
        if (i % 100 === 50) sampler.redraw([0.5, 0.05, 0.2][Math.floor(i / 100) % 3]!);
        if (sampler.follows(true)) estimate += 1 / sampler.unitProbability;
      }
      estimates.push(estimate);
    }
    const error = standardDeviation(estimates) / Math.sqrt(estimates.length);
    assert.ok(Math.abs(mean(estimates) - 6_000) <= 3 * error, `${mean(estimates)} +- ${error}`);
  });
});
