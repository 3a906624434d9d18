import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLoopDelay } from '../../src/triggers/event-loop-delay.ts';

function block(millis: number): void {
  const until = performance.now() + millis;
  while (performance.now() < until);
}

/** Keeps the loop at work for some of its turns. Gives the longest time, from `since` on, in which it did not come round. */
async function work(turns: number, since = performance.now()): Promise<number> {
  let longest = 0;
  for (let i = 0, last = since; i < turns; i++) {
    block(20);
    await sleep(1);
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}

describe('EventLoopDelay', () => {
  let delay: EventLoopDelay;

  beforeEach(() => (delay = new EventLoopDelay()));
  afterEach(() => delay.close());

  it('is the longest time since the last reading in which a busy loop did not come round, to within 50 ms', async () => {
    await work(10);
    delay.read(0);
    await work(5);
    block(400);
    await work(5);
    const readAt = performance.now();
    const longest = delay.read(0);
    assert.ok(longest >= 350, `${longest}`);
    // Some 20 ms, and more where others want the core.
    const truth = await work(10, readAt);
    const next = delay.read(0);
    assert.ok(next < truth + 50, `${next} after ${longest}, in truth ${truth}`);
  });

  it('is how late the reading itself is where that is more', async () => {
    assert.equal(delay.read(0), 0);
    assert.equal(delay.read(1_234), 1_234);
  });

  it('leaves an idle loop asleep: only the lateness tells', async () => {
    await work(10);
    delay.read(0);
    await sleep(200);
    // Idle until now: from here on nothing is recorded.
    delay.read(0);
    block(300);
    await sleep(1);
    assert.equal(delay.read(0), 0);
  });
});
