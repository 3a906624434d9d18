import assert from 'node:assert/strict';
import { fuzz } from './fuzz/fuzz.ts';
import { targets } from './fuzz/targets.ts';

/** `npm run fuzz` gives a million. */
const INPUTS = 300;
const SEED = 9;

describe('what others send', () => {
  for (const target of targets) {
    it(`is taken or refused: ${target.name}`, async () => {
      try {
        const { taken } = await fuzz(target, Math.ceil(INPUTS / (target.cost ?? 1)), SEED);
        assert.ok(taken > 0, 'nothing gets through');
      } finally {
        await target.close?.();
      }
    });
  }
});
