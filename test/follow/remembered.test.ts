import assert from 'node:assert/strict';
import { TaskProfiler } from '../../src/index.ts';
import { gate, until } from '../support/settled.ts';

const LONG_MILLIS = 150;

describe('walks of parks that have not changed', () => {
  const profiler = new TaskProfiler({ sampling: 1, overheadBudget: 1e-9 });

  beforeEach(() => profiler.start());
  afterEach(() => profiler.stop());

  it('are remembered from one snapshot to the next', async () => {
    const end = gate();
    async function acquire(promise: Promise<void>): Promise<void> {
      await promise;
    }
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
