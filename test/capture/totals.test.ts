import assert from 'node:assert/strict';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { TaskProfiler } from '../../src/profiler.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { settled } from '../support/settled.ts';
import { expectUnbiased } from '../support/statistics.ts';

const TASKS = 2_000;
const TRIALS = 30;

const releases: (() => void)[] = [];

async function acquire(): Promise<void> {
  await new Promise<void>((resolve) => releases.push(resolve));
}

async function handle(): Promise<void> {
  await acquire();
}

function release(count: number): void {
  for (const resume of releases.splice(0, count)) resume();
}

describe('totals of tasks', () => {
  it('estimate without bias how many started and resumed where few are captured, and never fall', async () => {
    const [started, resumed]: [number[], number[]] = [[], []];
    for (let trial = 0; trial < TRIALS; trial++) {
      const random = seededRandom(11 + 7919 * trial);
      const engine = new ParkEngine({ ...resolveTaskProfilerOptions({ sampling: 0.05 }), random });
      for (let i = 0; i < TASKS; i++) void handle();
      engine.settle();
      const parked = engine.counts;
      started.push(parked.startedTasks);
      assert.equal(parked.resumedTasks, 0);
      release(TASKS / 2);
      await settled();
      resumed.push(engine.counts.resumedTasks);
      assert.ok(engine.counts.startedTasks >= parked.startedTasks);
      engine.stop();
      release(Infinity);
      await settled();
    }
    expectUnbiased(started, TASKS, 'started');
    // Each task that resumed, and nothing that its caller does: that has no await behind it.
    expectUnbiased(resumed, TASKS / 2, 'resumed');
  });

  it('are exact where everything is captured', async () => {
    const profiler = new TaskProfiler({ sampling: 'all' });
    profiler.start();
    for (let i = 0; i < 100; i++) void handle();
    profiler.snapshot();
    const { startedTasks } = profiler.counts!;
    release(60);
    await settled();
    profiler.snapshot();
    const counts = profiler.counts!;
    profiler.stop();
    release(Infinity);
    assert.equal(startedTasks, 100);
    // What this test awaits has resumed as well.
    assert.equal(counts.startedTasks - counts.resumedTasks, 40);
  });

  it('leave out what was captured because it was asked for', async () => {
    const engine = new ParkEngine({ ...resolveTaskProfilerOptions({ sampling: 1e-12 }), random: Math.random });
    const shared = new Promise<void>((resolve) => releases.push(resolve));
    const waitForShared = async () => {
      // The next event is the await: as where an await on a shared promise is seen.
      engine.captureNext();
      await shared;
    };
    for (let i = 0; i < 10; i++) void waitForShared();
    engine.settle();
    const { captures, captured, startedTasks } = engine.counts;
    release(Infinity);
    await settled();
    const { resumedTasks } = engine.counts;
    engine.stop();
    assert.deepEqual([captures, captured], [10, 0]);
    assert.deepEqual([startedTasks, resumedTasks], [0, 0]);
  });
});
