import { nowMillis } from '../../src/base/clock.ts';
import { type Governor, WINDOW_MILLIS } from '../../src/capture/governor.ts';

/** When the last window of a governor ended: time goes on from there. */
const endedAt = new WeakMap<Governor, number>();

/** Windows in which everything would cost `costPerMilli` at probability 1; gives the share of a core that the last one took. */
export function runGovernor(governor: Governor, windows: number, costPerMilli: number): number {
  let now = endedAt.get(governor) ?? nowMillis();
  let spent = 0;
  for (let i = 0; i < windows; i++) {
    spent = 0;
    for (let step = 0; step < 100; step++) {
      const cost = (costPerMilli * governor.probability * WINDOW_MILLIS) / 100;
      governor.spend(cost);
      spent += cost;
    }
    governor.endWindow((now += WINDOW_MILLIS));
  }
  endedAt.set(governor, now);
  return spent / WINDOW_MILLIS;
}
