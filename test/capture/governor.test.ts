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
    assert.ok(governor.probability < 1.5 * before, `${governor.probability} after ${before}`);
  });

  it('goes back to everything when the load is gone', () => {
    const governor = new Governor(0.01);
    runGovernor(governor, 20, 5);
    assert.ok(governor.probability < 0.01);
    runGovernor(governor, 160, 0);
    assert.equal(governor.probability, 1);
  });
});
