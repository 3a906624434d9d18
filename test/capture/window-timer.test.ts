import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import { WindowTimer } from '../../src/capture/window-timer.ts';
import { settled, until } from '../support/settled.ts';

describe('WindowTimer', () => {
  it('ends one window, and the next only where somebody wants it', async () => {
    let ends = 0;
    let ended = 0;
    let stoppedEnds = 0;
    const stopped = new WindowTimer(() => stoppedEnds++);
    stopped.stop();
    const timer = new WindowTimer(() => ends++);
    const other = new WindowTimer(() => ended++);
    await until(() => ends === 1 && ended === 1);
    await settled();
    assert.deepEqual([ends, ended], [1, 1]);
    timer.run();
    other.run();
    const begin = nowMillis();
    await until(() => nowMillis() - begin > 50);
    // It runs already, and ends when it would have ended.
    timer.run();
    await until(() => ended === 2);
    assert.deepEqual([ends, ended, stoppedEnds], [2, 2, 0]);
    timer.stop();
    other.stop();
  });
});
