import assert from 'node:assert/strict';
import { TaskProfiler } from '../../src/index.ts';
import { burn } from '../support/burn.ts';
import { gate, inOwnTurn, settled, until } from '../support/settled.ts';

const LONG_MILLIS = 150;

async function acquire(promise: Promise<void>): Promise<void> {
  await promise;
}

describe('walks of parks that have not changed', () => {
  const profiler = new TaskProfiler({ sampling: 1, overheadBudget: 1e-9 });

  beforeEach(() => profiler.start());
  afterEach(() => profiler.stop());

  it('are remembered from one snapshot to the next', async () => {
    const end = gate();
    const done = Promise.all(Array.from({ length: 100 }, () => acquire(end.promise.then(() => undefined))));
    const startedAt = performance.now();
    await until(() => performance.now() - startedAt > LONG_MILLIS);
    const tasks = (): number => profiler.snapshot({ matching: /^acquire / }).totalTasks;
    assert.equal(tasks(), 100);
    const walks = profiler.counts!.walks;
    assert.ok(walks >= 100, `${walks} walks`);
    assert.equal(tasks(), 100);
    assert.ok(profiler.counts!.walks < walks + 50, `${profiler.counts!.walks - walks} walks more`);
    end.open();
    await done;
  });
});

describe('a walk of parks that are captured and not resolved yet', () => {
  const profiler = new TaskProfiler({ sampling: 'all' });

  beforeEach(() => profiler.start());
  afterEach(() => profiler.stop());

  it('leaves it to the captures to tell when they resume', async () => {
    // Random moments look at what is parked as long as an interval is open.
    const interval = profiler.openInterval()!;
    for (let round = 0; round < 5; round++) {
      const end = gate();
      // Timers, and with them such a moment, come ahead of the turn in which captures are resolved.
      await inOwnTurn(() => {
        for (let i = 0; i < 100; i++) void acquire(end.promise.then(() => undefined));
        burn(LONG_MILLIS);
      });
      await settled();
      assert.equal(profiler.snapshot({ matching: /^acquire / }).totalTasks, 100);
      end.open();
      await settled();
      assert.equal(profiler.snapshot({ matching: /^acquire / }).totalTasks, 0);
    }
    interval.close();
  });
});
