import assert from 'node:assert/strict';
import type { TaskProfilerOptions, TaskSnapshot } from '../../src/index.ts';
import { CapturingProfiler } from '../support/capturing-profiler.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { settled } from '../support/settled.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

const releases: (() => void)[] = [];

function released(): Promise<void> {
  return new Promise((resolve) => releases.push(resolve));
}

async function acquire(): Promise<void> {
  await released();
}

async function common(): Promise<void> {
  await acquire();
}

async function rare(): Promise<void> {
  await released();
}

async function single(): Promise<void> {
  await released();
}

async function inRunOfItsOwn(task: () => Promise<void>): Promise<void> {
  await Promise.resolve();
  await task();
}

const COMMON = 10_000;
const RARE = 50;

/** Tasks of two groups and one single one in their midst, all in one loop or each from a run of its own. */
function startTasks(start: (task: () => Promise<void>) => unknown): void {
  for (let i = 0; i < COMMON; i++) {
    start(common);
    if (i % (COMMON / RARE) === 0) start(rare);
    if (i === COMMON / 2) start(single);
  }
}

/** Runs trials with different seeds and gives what each estimated. */
async function trials(
  count: number,
  options: TaskProfilerOptions,
  start: (task: () => Promise<void>) => unknown,
): Promise<TaskSnapshot[]> {
  const snapshots: TaskSnapshot[] = [];
  for (let trial = 0; trial < count; trial++) {
    const profiler = new CapturingProfiler(options, seededRandom(1 + trial * 7919));
    startTasks(start);
    await settled();
    snapshots.push(profiler.snapshot());
    profiler.stop();
    for (const release of releases.splice(0)) release();
    await settled();
  }
  return snapshots;
}

function tasksAt(snapshot: TaskSnapshot, functionName: string): number {
  return snapshot.samples
    .filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === functionName)
    .reduce((sum, { tasks }) => sum + tasks, 0);
}

const ENTRIES = [
  { name: 'tasks of one loop', start: (task: () => Promise<void>) => task() },
  { name: 'tasks of runs of their own', start: inRunOfItsOwn },
];

describe('sampling', () => {
  for (const { name, start } of ENTRIES) {
    for (const sampling of [0.05, 0.01]) {
      it(`estimates every group of ${name} without bias at p = ${sampling}`, async () => {
        const snapshots = await trials(sampling === 0.05 ? 50 : 100, { sampling, maxTasks: Infinity }, start);
        expectUnbiased(
          snapshots.map((snapshot) => tasksAt(snapshot, 'acquire')),
          COMMON,
          'common',
        );
        expectUnbiased(
          snapshots.map((snapshot) => tasksAt(snapshot, 'rare')),
          RARE,
          'rare',
        );
        const found = snapshots.map((snapshot) => tasksAt(snapshot, 'single'));
        // Of one task the estimate is 0 or 1 / p: the number of finds is binomial, whose spread at few finds is known better.
        const finds = found.filter((tasks) => tasks > 0).length;
        const expected = snapshots.length * sampling;
        assert.ok(
          Math.abs(finds - expected) <= 3 * Math.sqrt(expected * (1 - sampling)),
          `single: found ${finds} times`,
        );
        const calls = mean(
          snapshots.map((snapshot) => tasksAt(snapshot, 'common') + tasksAt(snapshot, 'inRunOfItsOwn')),
        );
        assert.ok(calls <= 0.005 * COMMON, `${calls} calls were counted as tasks`);
      });
    }

    it(`claims the standard error that ${name} show`, async () => {
      const snapshots = await trials(60, { sampling: 0.05, maxTasks: Infinity }, start);
      const totals = snapshots.map(({ totalTasks }) => totalTasks);
      const claimed = Math.sqrt(mean(snapshots.map(({ totalStandardError }) => totalStandardError ** 2)));
      const shown = standardDeviation(totals);
      assert.ok(Math.abs(claimed / shown - 1) < 0.3, `claims ${claimed.toFixed(0)}, shows ${shown.toFixed(0)}`);
      const truth = COMMON + RARE + 1;
      const covered = snapshots.filter((it) => Math.abs(it.totalTasks - truth) <= 2 * it.totalStandardError).length;
      assert.ok(covered >= 0.87 * snapshots.length, `two standard errors cover ${covered} of ${snapshots.length}`);
    });
  }

  it('estimates without bias when the live set is full', async () => {
    const snapshots = await trials(40, { sampling: 'all', maxTasks: 128 }, inRunOfItsOwn);
    expectUnbiased(
      snapshots.map(({ totalTasks }) => totalTasks),
      COMMON + RARE + 1,
      'total',
    );
    for (const { samples, samplingProbability, droppedTasks } of snapshots) {
      assert.ok(samples.length <= 128);
      assert.ok(samplingProbability < 1);
      assert.ok(droppedTasks > 0);
    }
    const shown = standardDeviation(snapshots.map(({ totalTasks }) => totalTasks));
    const claimed = Math.sqrt(mean(snapshots.map(({ totalStandardError }) => totalStandardError ** 2)));
    assert.ok(Math.abs(claimed / shown - 1) < 0.4, `claims ${claimed.toFixed(0)}, shows ${shown.toFixed(0)}`);
  });

  it('estimates without bias while the budget moves the probability', async () => {
    const totals: number[] = [];
    const inBursts = async (): Promise<void> => {
      for (let i = 0; i < 2_000; i++) {
        void common();
        if (i % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    for (let trial = 0; trial < 80; trial++) {
      const options = { overheadBudget: 0.0015, maxTasks: Infinity };
      const profiler = new CapturingProfiler(options, seededRandom(1 + trial * 7919), 0.01);
      await inBursts();
      const { totalTasks, samplingProbability } = profiler.snapshot({ matching: /^common / });
      assert.ok(samplingProbability < 1);
      totals.push(totalTasks);
      profiler.stop();
      for (const release of releases.splice(0)) release();
      await settled();
    }
    expectUnbiased(totals, 2_000, 'total');
  });

  it('stays within a small budget by sampling less, and says so', async () => {
    const profiler = new CapturingProfiler({ overheadBudget: 0.0001 }, seededRandom(3));
    startTasks(inRunOfItsOwn);
    await settled();
    const { samplingProbability } = profiler.snapshot();
    const { captures } = profiler.counts;
    profiler.stop();
    for (const release of releases.splice(0)) release();
    assert.ok(samplingProbability < 1);
    assert.ok(captures < COMMON / 4, `${captures} captures`);
  });
});
