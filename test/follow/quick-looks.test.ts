import assert from 'node:assert/strict';
import { runAsOwn } from '../../src/base/own-context.ts';
import { TaskProfiler } from '../../src/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Gate, gate, inOwnTurn, settled } from '../support/settled.ts';
import { expectUnbiased } from '../support/statistics.ts';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context } from '@opentelemetry/api';

const TASKS = 2_000;
const gates: Gate[] = [];

async function parks(): Promise<void> {
  const one = gate();
  gates.push(one);
  await one.promise;
}

/** A call: its child stands for it. */
async function calls(): Promise<void> {
  await parks();
}

async function end(): Promise<void> {
  for (const { open } of gates.splice(0)) open();
  await settled();
}

const startTasks = (): void => {
  for (let i = 0; i < TASKS; i++) void calls();
};

/** Next to nothing is captured, so rows are what counts. */
function followingProfiler(sampling: number, seed = 1): TaskProfiler {
  const profiler = new TaskProfiler({ sampling, overheadBudget: 1e-9 }, seededRandom(seed));
  profiler.start();
  return profiler;
}

describe('what is told of live tasks without a snapshot', () => {
  let profiler: TaskProfiler;

  afterEach(async () => {
    profiler.stop();
    await end();
  });

  for (const sampling of [1, 'all'] as const) {
    it(`is their number, calls left out, with sampling ${sampling}`, async () => {
      profiler = new TaskProfiler({ sampling, maxTasks: 10_000 }, seededRandom(1));
      profiler.start();
      await settled();
      const before = profiler.liveTasks!;
      await inOwnTurn(startTasks);
      await settled();
      // The test runner has a few of its own.
      assert.ok(Math.abs(profiler.liveTasks! - before - TASKS) < 2, `${profiler.liveTasks} after ${before}`);
      await end();
      assert.ok(Math.abs(profiler.liveTasks! - before) < 2, `${profiler.liveTasks} after ${before}`);
    });
  }

  it('is their number still where the live set of captures is full', async () => {
    profiler = new TaskProfiler({ sampling: 'all', maxTasks: 128 }, seededRandom(1));
    profiler.start();
    await inOwnTurn(startTasks);
    await settled();
    assert.ok(Math.abs(profiler.liveTasks! - TASKS) < 10, `${profiler.liveTasks}`);
  });

  it('estimates it without bias where a share of root tasks is followed', async () => {
    const estimates: number[] = [];
    for (let trial = 0; trial < 240; trial++) {
      profiler = followingProfiler(0.1, 17 + trial * 7919);
      await inOwnTurn(startTasks);
      await settled();
      estimates.push(profiler.liveTasks!);
      profiler.stop();
      await end();
    }
    expectUnbiased(estimates, TASKS, 'live tasks');
  });

  it('is undefined while the profiler does not run', () => {
    profiler = new TaskProfiler();
    assert.equal(profiler.liveTasks, undefined);
    assert.equal(profiler.oldestParkedAt(), undefined);
  });

  for (const sampling of [1, 'all'] as const) {
    it(`is when the oldest parked, and the oldest of those that parked later, with sampling ${sampling}`, async () => {
      profiler = new TaskProfiler({ sampling, maxTasks: 10_000 }, seededRandom(1));
      profiler.start();
      await settled();
      const startedAt = performance.now();
      for (let i = 0; i < 3; i++) {
        await inOwnTurn(() => void calls());
        await turnOfTheClock();
      }
      await settled();
      const first = profiler.oldestParkedAt(startedAt)!;
      const second = profiler.oldestParkedAt(first)!;
      const third = profiler.oldestParkedAt(second)!;
      assert.ok(startedAt < first && first < second && second < third, [startedAt, first, second, third].join());
      assert.equal(profiler.oldestParkedAt(startedAt), first, 'asked for again');
      gates.shift()!.open();
      await settled();
      assert.equal(profiler.oldestParkedAt(startedAt), second, 'when the first has resumed');
      assert.equal(profiler.oldestParkedAt(second), third);
    });
  }

  it("leaves out the profiler's own tasks", async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    try {
      profiler = followingProfiler(1);
      await settled();
      const startedAt = performance.now();
      runAsOwn(() => void parks());
      await turnOfTheClock();
      void parks();
      await settled();
      const ownUntil = profiler.oldestParkedAt(startedAt)!;
      gates.pop()!.open();
      await settled();
      assert.ok(ownUntil > startedAt);
      assert.equal(profiler.oldestParkedAt(startedAt), undefined);
    } finally {
      context.disable();
    }
  });
});

async function turnOfTheClock(): Promise<void> {
  const now = performance.now();
  while (performance.now() === now) await settled();
}
