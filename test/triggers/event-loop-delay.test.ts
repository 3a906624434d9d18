import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLoopDelay } from '../../src/triggers/event-loop-delay.ts';

function block(millis: number): void {
  const until = performance.now() + millis;
  while (performance.now() < until);
}

/** Keeps the loop at work for some of its turns. */
async function work(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) {
    block(20);
    await sleep(1);
  }
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
    const longest = delay.read(0);
    assert.ok(longest >= 350, `${longest}`);
    await work(10);
    const next = delay.read(0);
    assert.ok(next < longest - 150, `${next} after ${longest}`);
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
