import assert from 'node:assert/strict';
import { fuzz } from './fuzz/fuzz.ts';
import { type Outcome, outcomeOf } from './fuzz/outcome.ts';
import { targets } from './fuzz/targets.ts';

/** `npm run fuzz` gives a million. */
const INPUTS = 200;
const SEED = 9;

describe('what others send', () => {
  for (const target of targets) {
    it(`is taken or refused: ${target.name}`, async () => {
      try {
        const outcomes: Outcome[] = [];
        for (const seed of target.seeds) outcomes.push(await outcomeOf(target, seed));
        assert.ok(outcomes.includes('taken'), 'no seed gets through');
        await fuzz(target, Math.ceil(INPUTS / (target.cost ?? 1)), SEED);
      } finally {
        await target.close?.();
      }
    });
  }
});
