import assert from 'node:assert/strict';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context } from '@opentelemetry/api';
import { TaskProfiler, type TaskSnapshot, withTaskLabels } from '../../src/index.ts';
import { DEFAULT_TASK_PROFILER_CONFIG } from '../../src/config/options.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { gate, settled, type Gate } from '../support/settled.ts';

const MANY = 100_000;
const SINGLES = 20;

const opens: Gate['open'][] = [];

function gated(): Promise<void> {
  const { promise, open } = gate();
  opens.push(open);
  return promise;
}

async function common(): Promise<void> {
  await gated();
}

async function pinned(): Promise<void> {
  await gated();
}

async function goesOn(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve();
}

async function later(): Promise<void> {
  await gated();
}

async function stuck(): Promise<void> {
  await gated();
}

/** Tasks with a stack of their own each: the name of the caller. */
const singles = Array.from(
  { length: SINGLES },
  (_, i) => ({ [`single${i}`]: async (): Promise<void> => await common() })[`single${i}`]!,
);

function inCallback(action: () => void): Promise<void> {
  return new Promise((resolve) => setImmediate(() => (action(), resolve())));
}

function tasksWith(snapshot: TaskSnapshot, name: RegExp): number {
  return snapshot.samples
    .filter(({ stack }) => stack.some(({ functionName }) => name.test(functionName)))
    .reduce((sum, { tasks }) => sum + tasks, 0);
}

describe('snapshots of some of the live tasks', () => {
  let profiler: TaskProfiler;

  /** `overheadBudget`: next to nothing is captured. */
  async function start(maxTasks: number, seed: number): Promise<void> {
    profiler = new TaskProfiler(
      { sampling: 1, maxTasks, overheadBudget: 1e-9, strongMillis: 60_000 },
      seededRandom(seed),
    );
    profiler.start();
    await inCallback(() => void goesOn(100));
    await settled();
  }

  afterEach(async () => {
    profiler.stop();
    for (const open of opens.splice(0)) open();
    await settled();
  });

  it('know the total exactly, the large group closely, and hold the oldest ones, of 100,000 tasks', async () => {
    await start(1_024, 1);
    await inCallback(() => {
      for (const single of singles) void single();
      for (let i = 0; i < MANY; i++) void common();
    });
    await settled();
    const own = tasksWith(profiler.snapshot({ maxTasks: Infinity, matching: /(common|single)/ }), /./);
    assert.equal(own, MANY + SINGLES);
    for (const snapshot of [profiler.snapshot(), await profiler.snapshotIncremental()]) {
      const { totalTasks, totalStandardError, samplingProbability, droppedTasks } = snapshot;
      // The test runner has a few of its own.
      assert.ok(totalTasks >= own - 1e-6 * own && totalTasks < own + 20, `${totalTasks}`);
      assert.ok(totalStandardError < 20, `${totalStandardError}`);
      const inSingles = tasksWith(snapshot, /^single\d+$/);
      assert.equal(Math.round(inSingles), SINGLES);
      const large = tasksWith(snapshot, /^common$/) - inSingles;
      assert.ok(Math.abs(large / MANY - 1) < 0.05, `${large}`);
      assert.ok(samplingProbability < 0.02 && droppedTasks > MANY - 1_024);
    }
  });

  it('hold a stuck task while 300,000 awaits go on, at p = 1', async () => {
    await start(16, 2);
    await inCallback(() => void stuck());
    await settled();
    for (let round = 0; round < 30; round++) {
      const done: Promise<void>[] = [];
      await inCallback(() => {
        for (let i = 0; i < 100; i++) done.push(goesOn(100));
        for (let i = 0; i < 100; i++) void common();
      });
      await Promise.all(done);
      const snapshot = round % 2 === 0 ? profiler.snapshot() : await profiler.snapshotIncremental();
      assert.equal(tasksWith(snapshot, /^stuck$/), 1, `round ${round}`);
    }
  });

  it('take tasks with pinned labels first', async () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    try {
      await start(64, 3);
      await inCallback(() => {
        for (let i = 0; i < 5_000; i++) {
          void common();
          if (i % 500 === 0) withTaskLabels({ tenant: 'acme' }, () => void pinned());
        }
      });
      await settled();
      const snapshot = profiler.snapshot({ pinnedLabels: { tenant: 'acme' } });
      assert.equal(tasksWith(snapshot, /^pinned$/), 10);
      const sample = snapshot.samples.find(({ labels }) => labels.tenant === 'acme')!;
      assert.equal(sample.standardError, 0);
    } finally {
      context.disable();
      manager.disable();
    }
  });

  it('are taken in slices that say so, whatever resumes between them', async () => {
    await start(Infinity, 4);
    // Half of them resume while the snapshot is taken.
    await inCallback(() => {
      for (let i = 0; i < 2_000; i++) void common();
    });
    await settled();
    let isTaken = false;
    const half = opens.splice(0, 1_000);
    const resumeSome = (): void => {
      for (const open of half.splice(0, 50)) {
        open();
      }
      if (!isTaken) setImmediate(resumeSome);
    };
    setImmediate(resumeSome);
    const snapshot = await profiler.snapshotIncremental();
    isTaken = true;
    assert.equal(snapshot.consistency, 'slices');
    assert.ok(half.length < 1_000, 'nothing has resumed');
    const seen = tasksWith(snapshot, /^common$/);
    assert.ok(seen > 900 && seen < 2_100, `${seen}`);
    for (const open of half) open();
    await settled();
    assert.equal(profiler.snapshot({ matching: /^common / }).totalTasks, 1_000);
    assert.equal(profiler.running, true);
  });

  it('in slices take no task for the one whose place it has taken', async () => {
    await start(Infinity, 5);
    profiler.stop();
    const options = { ...DEFAULT_TASK_PROFILER_CONFIG, sampling: 1, overheadBudget: 1e-9, strongMillis: 60_000 };
    const engine = startEngine({ ...options, random: seededRandom(5) });
    await inCallback(() => {
      for (let i = 0; i < 2_000; i++) void common();
    });
    await settled();
    const request = {
      maxTasks: Infinity,
      minWaitMillis: 0,
      wanted: undefined,
      matches: undefined,
      pinned: undefined,
    };
    const sample = engine.beginSample(request);
    // Chosen, and some read.
    for (let i = 0; i < 20; i++) assert.equal(sample.slice(0), false);
    for (const open of opens.splice(0)) open();
    await settled();
    await inCallback(() => {
      for (let i = 0; i < 2_000; i++) void later();
    });
    const names = sample
      .end()
      .contributions.map(({ task }) => engine.framesOf(task)[task.operationFrames]!.functionName);
    engine.stop();
    assert.ok(names.includes('common'));
    assert.ok(!names.includes('later'));
  });
});
