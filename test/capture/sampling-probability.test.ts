import assert from 'node:assert/strict';
import { WARM_UP_MILLIS, WINDOW_MILLIS } from '../../src/capture/governor.ts';
import { SamplingProbability } from '../../src/capture/sampling-probability.ts';

const BUDGET = 0.01;

/** As if a burst had spent the budget of so many windows. */
function overspend(probability: SamplingProbability, windows: number): void {
  probability.spend(BUDGET * WARM_UP_MILLIS);
  for (let i = 0; i < windows; i++) probability.spend(BUDGET * WINDOW_MILLIS);
}

describe('SamplingProbability', () => {
  it('is what was asked for, whatever is spent, and settled', () => {
    for (const [sampling, value] of [['all', 1] as const, [0.2, 0.2] as const]) {
      const probability = new SamplingProbability(sampling, BUDGET);
      assert.equal(probability.isExact, value === 1);
      assert.equal(probability.spend(10_000), false);
      assert.equal(probability.governor.totalSpentMillis, 10_000);
      probability.endWindow(true);
      assert.equal(probability.value, value);
      assert.equal(probability.isExact, value === 1);
      assert.equal(probability.isSettled, true);
    }
  });

  it('is what the budget affords where that is asked for, and says when it changes', () => {
    const probability = new SamplingProbability('adaptive', BUDGET);
    assert.deepEqual([probability.value, probability.isExact, probability.isSettled], [1, true, true]);
    probability.spend(BUDGET * WARM_UP_MILLIS - 0.01);
    assert.equal(probability.isSettled, true);
    assert.equal(probability.spend(0.02), false);
    assert.equal(probability.isSettled, false, 'the window has spent something');
    assert.equal(probability.spend(2 * BUDGET * WINDOW_MILLIS), true);
    assert.equal(probability.value, 0.5);
    assert.equal(probability.isExact, false);
    assert.equal(probability.isSettled, false);
  });

  it('is never exact again after it was less, though it is 1', () => {
    const probability = new SamplingProbability('adaptive', BUDGET);
    overspend(probability, 3);
    probability.setBurst(1);
    assert.equal(probability.value, 1);
    assert.equal(probability.isExact, false);
  });

  describe('with what a window has measured', () => {
    let now: number;
    let probability: SamplingProbability;

    beforeEach(() => {
      now = 1_000;
      probability = new SamplingProbability('adaptive', BUDGET, () => now);
      probability.spend(BUDGET * WARM_UP_MILLIS - 0.001);
    });

    /** A window that would have cost so many milliseconds with everything looked at. */
    function windowOf(millis: number, length = WINDOW_MILLIS): void {
      probability.spend(millis * probability.value);
      now += length;
      probability.endWindow(true);
    }
    const expectValue = (value: number): void =>
      assert.ok(Math.abs(probability.value - value) < 1e-3 * value, `${probability.value}, not ${value}`);

    it('is what the budget affords in the next', () => {
      windowOf(4);
      expectValue((0.9 * BUDGET * WINDOW_MILLIS) / 4);
    });

    it('is not exact any more where it was less, though it came back', () => {
      for (const lower of [
        () => probability.spend(2 * BUDGET * WINDOW_MILLIS),
        () => windowOf(4),
        () => probability.halveRoom(),
      ]) {
        probability = new SamplingProbability('adaptive', BUDGET, () => now);
        probability.spend(BUDGET * WARM_UP_MILLIS - 0.001);
        assert.equal(probability.isExact, true);
        lower();
        assert.ok(probability.value < 1);
        for (let i = 0; i < 100; i++) windowOf(0, 100 * WINDOW_MILLIS);
        assert.equal(probability.value, 1);
        assert.equal(probability.isExact, false);
      }
    });

    it('stays exact in a burst and with other budgets where it stays 1', () => {
      windowOf(0.1);
      probability.setBurst(0.5);
      probability.setBudget(2 * BUDGET);
      probability.setBurst(undefined);
      probability.setBudget(BUDGET);
      assert.deepEqual([probability.value, probability.isExact], [1, true]);
    });

    it('is no lower in a burst with less than its budget', () => {
      windowOf(25);
      const { value } = probability;
      probability.setBurst(1e-6);
      expectValue(value);
    });

    it('is what another budget affords, by doubling at the most, and not exact any more where that is less than all', () => {
      windowOf(1);
      assert.equal(probability.isExact, true);
      probability.setBudget(BUDGET / 5);
      expectValue((0.9 * BUDGET * WINDOW_MILLIS) / 5);
      probability.setBudget(100 * BUDGET);
      expectValue((2 * 0.9 * BUDGET * WINDOW_MILLIS) / 5);
      probability.setBudget(104 * BUDGET);
      expectValue((2 * 0.9 * BUDGET * WINDOW_MILLIS) / 5);
      probability.setBudget(200 * BUDGET);
      assert.deepEqual([probability.value, probability.isExact], [1, false]);
    });

    it('is within another budget after a burst that is on, not before', () => {
      windowOf(4);
      probability.setBurst(0.5);
      assert.equal(probability.value, 1);
      probability.setBudget(BUDGET / 10);
      assert.equal(probability.value, 1);
      probability.setBurst(undefined);
      expectValue((0.9 * BUDGET * WINDOW_MILLIS) / 40);
    });
  });

  it('halves where the live set is full, stays crowded until that has ample room, and comes back by doubling', () => {
    const probability = new SamplingProbability('all', BUDGET);
    assert.equal(probability.isCrowded, false);
    probability.halveRoom();
    probability.halveRoom();
    assert.deepEqual([probability.value, probability.isCrowded, probability.isSettled], [0.25, true, false]);
    probability.endWindow(false);
    assert.equal(probability.value, 0.25);
    probability.endWindow(true);
    assert.equal(probability.value, 0.5);
    probability.endWindow(true);
    probability.endWindow(true);
    assert.deepEqual([probability.value, probability.isCrowded, probability.isSettled], [1, false, true]);
    assert.equal(probability.isExact, false);
  });

  it('holds a fixed one below the room of the live set', () => {
    const probability = new SamplingProbability(0.5, BUDGET);
    probability.halveRoom();
    assert.equal(probability.value, 0.25);
    probability.endWindow(true);
    assert.equal(probability.value, 0.5);
  });

  it('returns from a burst to no more than it was, nor than the burst came down to', () => {
    const fast = new SamplingProbability('adaptive', BUDGET);
    overspend(fast, 3);
    const before = fast.value;
    fast.setBurst(0.1);
    fast.setBurst(0.2);
    fast.setBurst(undefined);
    assert.equal(fast.value, before);
    // It was not on any more: nothing changes.
    fast.setBurst(undefined);
    assert.equal(fast.value, before);

    const busy = new SamplingProbability('adaptive', BUDGET);
    busy.spend(BUDGET * WARM_UP_MILLIS);
    busy.setBurst(0.1);
    for (let i = 0; i < 5; i++) busy.spend(0.1 * WINDOW_MILLIS);
    const reached = busy.value;
    assert.ok(reached < 1);
    busy.setBurst(undefined);
    assert.equal(busy.value, reached);
  });

  it('is governed in a burst though it is fixed, and settled again after it', () => {
    const probability = new SamplingProbability(0.1, BUDGET);
    probability.setBurst(0.5);
    assert.equal(probability.isSettled, true);
    probability.spend(BUDGET * WARM_UP_MILLIS + 1);
    assert.equal(probability.isSettled, false);
    probability.setBurst(undefined);
    assert.equal(probability.isSettled, true);
    assert.equal(probability.value, 0.1);
  });
});
