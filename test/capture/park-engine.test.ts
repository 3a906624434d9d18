import assert from 'node:assert/strict';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { settled } from '../support/settled.ts';

describe('ParkEngine', () => {
  let engine: ParkEngine;

  beforeEach(() => {
    engine = new ParkEngine({ ...resolveTaskProfilerOptions({ sampling: 'all' }), random: Math.random });
  });
  afterEach(() => engine.stop());

  it('counts events that a stack overflow of the application took, goes on, and claims no exactness', () => {
    assert.equal(engine.isExact, true);
    engine.onFault(overflow());
    assert.equal(engine.running, true);
    assert.equal(engine.isExact, false);
    const { missedEvents, faults } = engine.counts;
    assert.deepEqual({ missedEvents, faults }, { missedEvents: 1, faults: 0 });
  });

  it('ends at any other fault at once, and says so in a later turn, once', async () => {
    const said = recordDiag();
    try {
      engine.onFault(new Error('broken'));
      engine.onFault(new Error('broken again'));
      assert.equal(engine.running, false);
      assert.equal(engine.isExact, false);
      assert.deepEqual(said.lines, []);
      await settled();
      assert.deepEqual(said.lines, ['error otel-taskprof: profiling is switched off: broken']);
      assert.equal(engine.counts.faults, 1);
      const { captures } = engine.counts;
      await Promise.resolve();
      assert.equal(engine.counts.captures, captures);
    } finally {
      said.stop();
    }
  });
});

function overflow(): unknown {
  const endless = (): number => endless() + 1;
  try {
    return endless();
  } catch (thrown) {
    return thrown;
  }
}
