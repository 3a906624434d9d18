import assert from 'node:assert/strict';
import { Waiters } from '../../../examples/demo/waiters.ts';

describe('waiters', () => {
  let now: number;
  let waiters: Waiters;
  beforeEach(() => {
    now = 1000;
    waiters = new Waiters(() => now);
  });

  const waitingAndSeconds = () => waiters.report().sites.map(({ waiting, waitSeconds }) => [waiting, waitSeconds]);

  it('integrate the number of waiters over time', () => {
    const site = waiters.at('GET /orders', 'connect');
    site.enter();
    now += 500;
    site.enter();
    now += 1000;
    site.leave();
    now += 250;
    assert.deepEqual(waitingAndSeconds(), [[1, 2.75]]);
    site.leave();
    now += 5000;
    assert.deepEqual(waitingAndSeconds(), [[0, 2.75]]);
  });

  it('are counted for each site by itself, under its route and kind', () => {
    waiters.at('GET /orders', 'connect').enter();
    waiters.at('GET /search', 'pool.query');
    now += 1000;
    assert.deepEqual(waiters.report().sites, [
      { route: 'GET /orders', kind: 'connect', waiting: 1, waitSeconds: 1 },
      { route: 'GET /search', kind: 'pool.query', waiting: 0, waitSeconds: 0 },
    ]);
  });

  it('are reported with the time of the report', () => {
    now = 2000;
    assert.equal(waiters.report().timeUnixMillis, performance.timeOrigin + 2000);
  });
});
