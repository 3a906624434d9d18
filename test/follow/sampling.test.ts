import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { SampleRequest } from '../../src/capture/live-sample.ts';
import { TaskProfiler } from '../../src/index.ts';
import { DEFAULT_TASK_PROFILER_CONFIG } from '../../src/config/options.ts';
import { FollowEngine } from '../../src/follow/follow-engine.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import { instantSnapshot } from '../../src/snapshot/instant.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { gate, settled, type Gate } from '../support/settled.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

let opens: Gate['open'][] = [];

function gated(): Promise<void> {
  const { promise, open } = gate();
  opens.push(open);
  return promise;
}

async function ofRoot(): Promise<void> {
  await gated();
}

async function calledInJob(): Promise<void> {
  await gated();
}

async function resumesThenCalls(): Promise<void> {
  await Promise.resolve();
  await calledInJob();
}

async function underThen(): Promise<void> {
  await gated();
}

async function callsThroughThen(): Promise<void> {
  await underThen()
    .then(() => 1)
    .finally(() => undefined);
}

const SPAWNED_BY_ONE = 5;

async function spawned(): Promise<void> {
  await gated();
}

async function spawns(): Promise<void> {
  await Promise.resolve();
  for (let i = 0; i < SPAWNED_BY_ONE; i++) void spawned();
}

const TRUTH = { ofRoot: 1_000, calledInJob: 500, underThen: 500, spawned: 1_000 };
type Group = keyof typeof TRUTH;

function startTasks(): void {
  // In turns, so that each group is of many units.
  for (let i = 0; i < TRUTH.ofRoot; i++) {
    void ofRoot();
    if (i % 2 === 0) void resumesThenCalls();
    else void callsThroughThen();
    if (i % 5 === 0) void spawns();
  }
}

/** Outside of any job, where tasks are roots. */
function inCallback(action: () => void): Promise<void> {
  return new Promise((resolve) => setImmediate(() => (action(), resolve())));
}

async function end(): Promise<void> {
  for (const open of opens) open();
  opens = [];
  await settled();
}

interface Found {
  readonly tasks: number;
  readonly standardError: number;
}

async function trial(sampling: number, seed: number): Promise<Record<Group, Found>> {
  // Next to nothing is captured: what is tested is what is followed.
  const profiler = new TaskProfiler({ sampling, maxTasks: Infinity, overheadBudget: 1e-9 }, seededRandom(seed));
  profiler.start();
  await inCallback(startTasks);
  await settled();
  const found = Object.keys(TRUTH).map((name) => {
    const { totalTasks, totalStandardError } = profiler.snapshot({ matching: new RegExp(`^${name} `) });
    return [name, { tasks: totalTasks, standardError: totalStandardError }];
  });
  profiler.stop();
  await end();
  return Object.fromEntries(found) as Record<Group, Found>;
}

describe('following a share of root tasks', () => {
  for (const { sampling, trials } of [
    { sampling: 0.1, trials: 60 },
    { sampling: 0.01, trials: 200 },
  ]) {
    it(`estimates every group without bias, with standard errors that cover, at p = ${sampling}`, async () => {
      const found: Record<Group, Found>[] = [];
      for (let i = 0; i < trials; i++) found.push(await trial(sampling, 1 + i * 7919));
      for (const [name, truth] of Object.entries(TRUTH) as [Group, number][]) {
        const tasks = found.map((one) => one[name].tasks);
        expectUnbiased(tasks, truth, name);
        const claimed = Math.sqrt(mean(found.map((one) => one[name].standardError ** 2)));
        const shown = standardDeviation(tasks);
        assert.ok(Math.abs(claimed / shown - 1) < 0.35, `${name}: claims ${claimed}, shows ${shown}`);
        // Of few units nothing normal can be expected.
        if (sampling < 0.1) continue;
        const covered = found.filter((one) => Math.abs(one[name].tasks - truth) <= 2 * one[name].standardError).length;
        assert.ok(covered >= 0.85 * trials, `${name}: two standard errors cover ${covered} of ${trials}`);
      }
    });
  }

  it('knows how many tasks there are where captures gave some up, and estimates the groups', async () => {
    const rare: Found[] = [];
    for (let i = 0; i < 40; i++) {
      const profiler = new TaskProfiler({ sampling: 'all', maxTasks: 128 }, seededRandom(1 + i * 7919));
      profiler.start();
      await inCallback(startTasks);
      await settled();
      const { samples, droppedTasks, samplingProbability, totalTasks, totalStandardError } = profiler.snapshot();
      profiler.stop();
      await end();
      assert.ok(droppedTasks > 0 && samplingProbability < 1);
      const all = Object.values(TRUTH).reduce((sum, tasks) => sum + tasks);
      // The test runner has a few of its own.
      assert.ok(totalTasks >= all - 1e-6 && totalTasks - all < 5, `${totalTasks}`);
      assert.ok(totalStandardError < 0.01, `${totalStandardError}`);
      const found = samples.filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === 'underThen');
      assert.ok(found.length <= 1);
      rare.push({ tasks: found[0]?.tasks ?? 0, standardError: found[0]?.standardError ?? 0 });
    }
    const tasks = rare.map((one) => one.tasks);
    expectUnbiased(tasks, TRUTH.underThen, 'underThen');
    const claimed = Math.sqrt(mean(rare.map(({ standardError }) => standardError ** 2)));
    const shown = standardDeviation(tasks);
    assert.ok(Math.abs(claimed / shown - 1) < 0.4, `claims ${claimed}, shows ${shown}`);
  });

  it('estimates long-lived tasks without bias while p changes between their parks', async () => {
    async function longLived(again: Promise<void>): Promise<void> {
      await again;
      await gated();
    }
    const totals: number[] = [];
    const errors: number[] = [];
    for (let i = 0; i < 60; i++) {
      const options = { ...DEFAULT_TASK_PROFILER_CONFIG, maxTasks: Infinity, overheadBudget: 1e-4 };
      const engine = startEngine({ ...options, random: seededRandom(1 + i * 7919) });
      assert.ok(engine instanceof FollowEngine);
      const again: Gate[] = [];
      const startSome = (): void => {
        for (let j = 0; j < 200; j++) {
          const one = gate();
          again.push(one);
          void longLived(one.promise);
        }
      };
      // As if so many events had been followed: p halves with the budget of a window spent.
      const spend = (): void => engine.onEvents(10_000, 0.002);
      await inCallback(startSome);
      for (let phase = 0; phase < 3; phase++) {
        spend();
        await inCallback(startSome);
        for (const { open } of again.splice(0, 100)) open();
        await turn();
      }
      assert.ok(engine.samplingProbability < 0.5, `${engine.samplingProbability}`);
      const sample = engine.sample(requestOf('longLived'));
      const { totalTasks, totalStandardError } = instantSnapshot(engine, sample, 'moment');
      totals.push(totalTasks);
      errors.push(totalStandardError);
      engine.stop();
      for (const { open } of again) open();
      await settled();
      await end();
    }
    expectUnbiased(totals, 800, 'longLived');
    const claimed = Math.sqrt(mean(errors.map((error) => error ** 2)));
    const shown = standardDeviation(totals);
    assert.ok(Math.abs(claimed / shown - 1) < 0.35, `claims ${claimed}, shows ${shown}`);
  });

  it('chooses among tasks that live long again and again', async () => {
    const LOOPS = 200;
    let isOver = false;
    async function loops(): Promise<void> {
      while (!isOver) await turn();
    }
    const options = { ...DEFAULT_TASK_PROFILER_CONFIG, sampling: 0.1, maxTasks: Infinity, overheadBudget: 1e-9 };
    const engine = startEngine({ ...options, random: seededRandom(7) });
    await inCallback(() => {
      for (let i = 0; i < LOOPS; i++) void loops();
    });
    const totals: number[] = [];
    for (let i = 0; i < 3_000; i++) {
      await turn();
      if (i % 10 === 0)
        totals.push(engine.sample(requestOf('loops')).contributions.reduce((sum, one) => sum + one.amount, 0));
    }
    isOver = true;
    engine.stop();
    await settled();
    // The same ones all the time would be as far off as one draw of them is: a fifth.
    assert.ok(Math.abs(mean(totals) / LOOPS - 1) < 0.15, `${mean(totals)} of ${LOOPS}`);
    assert.ok(standardDeviation(totals) > 0.05 * LOOPS, `${standardDeviation(totals)}`);
  });
});

function requestOf(name: string): SampleRequest {
  const matches: SampleRequest['matches'] = (frames) => frames.some(({ functionName }) => functionName === name);
  return { maxTasks: Infinity, minWaitMillis: 0, wanted: undefined, pinned: undefined, matches };
}
