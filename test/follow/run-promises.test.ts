import assert from 'node:assert/strict';
import { NONE } from '../../src/follow/row-layout.ts';
import { RunPromises } from '../../src/follow/run-promises.ts';

const FIRST = 16;
const LATEST = 32;
const REMEMBERED = FIRST + LATEST;

describe('RunPromises', () => {
  it('knows when the first and the latest promises were made, and no others', () => {
    const run = new RunPromises();
    const all = Array.from({ length: 3 * REMEMBERED }, () => ({}));
    all.forEach((promise, i) => run.add(promise, 100 + i));
    all.forEach((promise, i) => {
      const isKnown = i < FIRST || i >= all.length - LATEST;
      assert.equal(run.madeAt(promise), isKnown ? 100 + i : NONE);
    });
    assert.equal(run.madeAt({}), NONE);
  });

  it('says whether it has forgotten any', () => {
    const run = new RunPromises();
    for (let i = 0; i < REMEMBERED; i++) run.add({}, i);
    assert.equal(run.hasForgotten, false);
    run.add({}, REMEMBERED);
    assert.equal(run.hasForgotten, true);
    run.clear();
    assert.equal(run.hasForgotten, false);
  });

  for (const count of [1, REMEMBERED, 2 * REMEMBERED + 5]) {
    it(`holds nothing of ${count} promises after the run`, () => {
      const run = new RunPromises();
      const references = Array.from({ length: count }, (_, i) => {
        const promise = {};
        run.add(promise, i);
        return new WeakRef(promise);
      });
      run.clear();
      // What a WeakRef was made of lives until the turn ends.
      return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        globalThis.gc!();
        assert.ok(references.every((reference) => reference.deref() === undefined));
        assert.equal(run.madeAt({}), NONE);
      });
    });
  }
});
