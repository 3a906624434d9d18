import assert from 'node:assert/strict';
import { EventCost } from '../../src/follow/event-cost.ts';

const OF_ALL_HOOKS = 1.6;
const CLOCK_MILLIS = 0.000_04;

function costOf(times: readonly number[]): number {
  const cost = new EventCost();
  for (const millis of times) cost.note(1, millis);
  cost.take();
  cost.note(1, times.at(-1)!);
  return cost.take();
}

describe('EventCost', () => {
  it('comes to the time that events take, less the reading of the clock', () => {
    const steady = costOf(new Array<number>(5_000).fill(0.001 + CLOCK_MILLIS));
    assert.ok(Math.abs(steady - 0.001 * OF_ALL_HOOKS) < 1e-9, `${steady}`);
  });

  it('counts what clocks measure of others for little', () => {
    const times = Array.from({ length: 5_000 }, (_, i) => (i % 100 === 0 ? 50 : 0.000_1 + CLOCK_MILLIS));
    assert.ok(costOf(times) < 0.000_2 * OF_ALL_HOOKS, `${costOf(times)}`);
  });

  it('never gives time back', () => {
    assert.ok(costOf(new Array<number>(5_000).fill(0)) >= 0);
  });

  it('accounts each event once', () => {
    const cost = new EventCost();
    cost.note(64, 0.000_2);
    cost.note(64, 0.000_2);
    assert.equal(cost.pendingEvents, 128);
    assert.ok(cost.take() > 0);
    assert.equal(cost.pendingEvents, 0);
    assert.equal(cost.take(), 0);
  });
});
