import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { mock } from 'node:test';
import { Refresher } from '../../src/viewer/page/refresher.ts';

describe('a question of the page that is asked again', () => {
  let answers: (() => void)[];
  let signals: AbortSignal[];
  let refresher: Refresher;
  let now: number;

  beforeEach(() => {
    [answers, signals, now] = [[], [], 0];
    mock.timers.enable({ apis: ['setTimeout'] });
    mock.method(performance, 'now', () => now);
    refresher = new Refresher((signal) => {
      signals.push(signal);
      return new Promise((resolve) => answers.push(resolve));
    });
  });

  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  async function answerAfter(millis: number): Promise<void> {
    now += millis;
    answers.at(-1)!();
    await turn();
  }

  it('is asked once while changes come faster than its answer, and once more for all of them', async () => {
    for (let change = 0; change < 20; change++) refresher.refresh();
    assert.equal(answers.length, 1);
    await answerAfter(400);
    mock.timers.tick(400);
    await turn();
    assert.equal(answers.length, 2);
    await answerAfter(400);
    mock.timers.tick(400);
    await turn();
    assert.equal(answers.length, 2, 'nothing has changed since');
  });

  it('waits as long as the answer took', async () => {
    refresher.refresh();
    refresher.refresh();
    await answerAfter(400);
    mock.timers.tick(399);
    await turn();
    assert.equal(answers.length, 1);
    mock.timers.tick(1);
    await turn();
    assert.equal(answers.length, 2);
  });

  it('is taken back where it is stopped, and not asked again', async () => {
    refresher.refresh();
    refresher.refresh();
    refresher.stop();
    assert.ok(signals[0]!.aborted);
    await answerAfter(400);
    mock.timers.tick(400);
    await turn();
    assert.equal(answers.length, 1);
  });
});
