import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import { Governor, WARM_UP_MILLIS, WINDOW_MILLIS } from '../../src/capture/governor.ts';
import { runGovernor } from '../support/run-governor.ts';

describe('Governor', () => {
  it('looks at everything while that is within the budget', () => {
    const governor = new Governor(0.01);
    runGovernor(governor, 20, 0.005);
    assert.equal(governor.probability, 1);
  });

  it('comes to spend a little less than the budget, whatever everything would cost', () => {
    for (const costPerMilli of [0.02, 0.5, 20]) {
      const share = runGovernor(new Governor(0.01), 120, costPerMilli);
      assert.ok(share > 0.006 && share <= 0.0101, `spends ${share} of a core at ${costPerMilli}`);
    }
  });

  it('keeps a probability that is one, and comes back, where no capture fits into the budget', () => {
    const governor = new Governor(1e-9);
    let now = nowMillis();
    for (let window = 0; window < 100; window++) {
      for (let capture = 0; capture < 1_000; capture++) governor.spend(0.03);
      governor.endWindow((now += WINDOW_MILLIS));
      assert.ok(governor.probability > 0 && governor.probability < 1e-6, `p is ${governor.probability}`);
    }
    for (let window = 0; window < 200; window++) governor.endWindow((now += WINDOW_MILLIS));
    assert.equal(governor.probability, 1);
  });

  it('halves the probability each time that a burst has spent the budget of a window', () => {
    const governor = new Governor(0.01);
    governor.spend(0.01 * WARM_UP_MILLIS - 0.01);
    assert.equal(governor.probability, 1);
    const changes = Array.from({ length: 10 }, () => governor.spend(0.01 * WINDOW_MILLIS));
    assert.deepEqual(changes, [false, ...new Array<boolean>(9).fill(true)]);
    assert.equal(governor.probability, 2 ** -9);
  });

  it('is back within seconds after a burst a thousand times over the budget, as the loading of modules is one', () => {
    const governor = new Governor(0.01);
    runGovernor(governor, 4, 10);
    assert.ok(governor.probability < 0.01);
    runGovernor(governor, 5_000 / WINDOW_MILLIS, 0.002);
    assert.equal(governor.probability, 1);
  });

  it('takes a window or three that cost little for noise', () => {
    const governor = new Governor(0.01);
    runGovernor(governor, 120, 1);
    const before = governor.probability;
    runGovernor(governor, 3, 0);
    const after = governor.probability;
    assert.ok(after < 1.5 * before, `${after} after ${before}`);
    runGovernor(governor, 1, 0);
    assert.ok(governor.probability > 1.9 * after, `the fourth is none: ${governor.probability} after ${after}`);
  });

  it('goes back to everything when the load is gone', () => {
    const governor = new Governor(0.01);
    runGovernor(governor, 20, 5);
    assert.ok(governor.probability < 0.01);
    runGovernor(governor, 160, 0);
    assert.equal(governor.probability, 1);
  });

  it('is idle where everything is looked at and the window has spent nothing: another one would change nothing', () => {
    const governor = new Governor(0.01);
    assert.equal(governor.isIdle, true);
    governor.spend(0.01 * WARM_UP_MILLIS - 0.01);
    assert.equal(governor.isIdle, true, 'the warm-up is of no window');
    governor.spend(0.02);
    assert.equal(governor.isIdle, false);
    let now = nowMillis() + WINDOW_MILLIS;
    governor.endWindow(now);
    assert.equal(governor.isIdle, true);
    for (let i = 0; i < 3; i++) governor.spend(0.01 * WINDOW_MILLIS);
    governor.endWindow((now += WINDOW_MILLIS));
    assert.ok(governor.probability < 1);
    assert.equal(governor.isIdle, false);
  });

  it('sums what was spent, and holds nothing against what is only accounted', () => {
    const governor = new Governor(0.01);
    assert.equal(governor.spend(1), false);
    governor.account(2);
    assert.equal(governor.totalSpentMillis, 3);
    // One that is held against the budget stops it after 5 ms, when the warm-up is over.
    governor.account(1_000);
    assert.equal(governor.probability, 1);
    assert.equal(governor.spend(0), false);
  });

  it('stops each window anew: what one has spent is not held against the next', () => {
    const governor = new Governor(0.01);
    governor.spend(0.01 * WARM_UP_MILLIS - 0.001);
    let now = nowMillis();
    for (let window = 0; window < 10; window++) {
      assert.equal(governor.spend(0.89 * 0.01 * WINDOW_MILLIS), false);
      governor.endWindow((now += WINDOW_MILLIS));
      assert.equal(governor.probability, 1);
    }
  });

  it('comes up by doubling at the most', () => {
    const governor = new Governor(0.01);
    let now = nowMillis();
    governor.spend(0.01 * WARM_UP_MILLIS);
    for (let i = 0; i < 40; i++) governor.spend(0.01 * WINDOW_MILLIS);
    governor.endWindow((now += 10_000));
    const before = governor.probability;
    assert.ok(before < 1e-3, `${before}`);
    for (let i = 1; i <= 5; i++) {
      governor.endWindow((now += WINDOW_MILLIS));
      assert.ok(governor.probability <= before * 2 ** i, `${governor.probability} after ${i}`);
    }
    assert.ok(governor.probability > before);
  });

  describe('with its own clock', () => {
    let now: number;
    let governor: Governor;

    beforeEach(() => {
      now = 1_000;
      governor = new Governor(0.01, () => now);
      governor.spend(0.01 * WARM_UP_MILLIS - 0.001);
    });

    const endWindow = (millis: number): void => {
      now += millis;
      governor.endWindow();
    };
    const expectCost = (costPerMilli: number): void => {
      const probability = (0.9 * 0.01) / costPerMilli;
      assert.ok(Math.abs(governor.probability - probability) < 1e-3, `${governor.probability}, not ${probability}`);
    };

    it('measures the first window for all that it is worth, and none that was too short', () => {
      governor.spend(4);
      endWindow(WINDOW_MILLIS / 4);
      assert.equal(governor.probability, 1);
      endWindow((3 * WINDOW_MILLIS) / 4);
      expectCost(4 / WINDOW_MILLIS);
    });

    it('takes what costs half as much as before for noise, however long that went on', () => {
      for (let i = 0; i < 8; i++) {
        governor.spend(4 * governor.probability);
        endWindow(WINDOW_MILLIS);
      }
      expectCost(4 / WINDOW_MILLIS);
      governor.spend(2 * governor.probability);
      endWindow(WINDOW_MILLIS);
      expectCost(3.8 / WINDOW_MILLIS);
    });

    it('begins its window with another budget where nothing was spent, and goes on where something was', () => {
      now += 1_000;
      governor.setBudget(0.01);
      governor.spend(2);
      now += WINDOW_MILLIS / 2;
      governor.setBudget(0.01);
      governor.spend(2);
      endWindow(WINDOW_MILLIS / 2);
      expectCost(4 / WINDOW_MILLIS);
    });
  });

  it('begins with another budget at the bound that it is given, and measures a window of it from then on', () => {
    const governor = new Governor(0.01);
    const probabilityWith = (atMost?: number): number => {
      governor.setBudget(0.5, atMost);
      return governor.probability;
    };
    assert.equal(probabilityWith(0.25), 0.25);
    assert.ok(probabilityWith(0) > 0);
    assert.equal(probabilityWith(), 1);
    governor.spend(0.01 * WARM_UP_MILLIS);
    // Two budgets of the window may go before it is stopped.
    assert.equal(governor.spend(0.5 * WINDOW_MILLIS), false);
    assert.equal(governor.spend(0.5 * WINDOW_MILLIS), true);
  });
});
