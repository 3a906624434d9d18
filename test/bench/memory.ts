import { promiseHooks } from 'node:v8';
import { TaskProfiler } from '../../src/profiler.ts';
import { nextTurn, usedBytes } from './measure.ts';
import type { Report } from './report.ts';

const TASKS = 500_000;
const LIMIT_TASK_BYTES = 120;
const MANY_AWAITS = 10_000_000;
const LIMIT_GROWTH_BYTES = 100_000;

/** Captures are rare with it, and what is parked is not walked for its age. */
const WALKED = { sampling: 1, overheadBudget: 0.000_01, strongMillis: 60_000 } as const;

type Start = () => () => void;

const bare: Start = () => ignore;
const emptyHooks: Start = () => promiseHooks.createHook({ init: ignore, before: ignore, after: ignore }) as () => void;

function ignore(): void {
  // A hook that does nothing.
}

function profiled(profiler: TaskProfiler): () => void {
  profiler.start();
  return () => profiler.stop();
}

/** Bytes of a live task, and what stays after many awaits. */
export async function memory(report: Report): Promise<void> {
  report.section(`Memory (memory): ${TASKS.toLocaleString('en')} live tasks of one await, and many awaits`);
  await bytesPerTask(bare);
  const without = await bytesPerTask(bare);
  const empty = await bytesPerTask(emptyHooks);
  const followed = await bytesPerTask(() => profiled(new TaskProfiler(WALKED)));
  report.value('a live task, empty hooks over the bare code', [empty - without], 'bytes');
  report.value('a live task, followed over the bare code', [followed - without], 'bytes');
  report.figure('a live task, followed over empty hooks', followed - empty, LIMIT_TASK_BYTES, 'bytes');
  const grown = await growth();
  report.figure(`growth over ${MANY_AWAITS.toLocaleString('en')} awaits`, grown, LIMIT_GROWTH_BYTES, 'bytes');
}

const releases: (() => void)[] = [];

async function park(): Promise<void> {
  await new Promise<void>((resolve) => releases.push(resolve));
}

async function bytesPerTask(start: Start): Promise<number> {
  const stop = start();
  const before = await usedBytes();
  for (let i = 0; i < TASKS; i++) {
    void park();
    if (i % 1_000 === 999) await nextTurn();
  }
  const bytes = (await usedBytes()) - before;
  stop();
  for (const release of releases.splice(0)) release();
  await nextTurn();
  return bytes / TASKS;
}

async function growth(): Promise<number> {
  const stop = profiled(new TaskProfiler({ sampling: 1 }));
  await awaits(MANY_AWAITS / 10);
  const before = await usedBytes();
  await awaits(MANY_AWAITS);
  const grown = (await usedBytes()) - before;
  stop();
  return grown;
}

async function awaits(count: number): Promise<void> {
  for (let done = 0; done < count; done += 10_000) {
    for (let i = 0; i < 5_000; i++) await child();
    await nextTurn();
  }
}

async function child(): Promise<void> {
  await Promise.resolve();
}
