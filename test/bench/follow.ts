import { promiseHooks } from 'node:v8';
import { TaskProfiler } from '../../src/profiler.ts';
import type { TaskSnapshot } from '../../src/snapshot/task-snapshot.ts';
import { figure, machine, median, nextTurn, usedBytes, withSpread } from './measure.ts';

const LIVE_TASKS = [1_000, 100_000, 1_000_000];
const SNAPSHOTS = 15;
const LIMIT_SNAPSHOT_MILLIS = 6;
const LIMIT_STRETCH_MILLIS = 1;
const SMALL = 64;
const LIMIT_SMALL_MILLIS = 0.5;

const TASKS_FOR_MEMORY = 500_000;
const LIMIT_TASK_BYTES = 120;
const MANY_AWAITS = 10_000_000;
const LIMIT_GROWTH_BYTES = 100_000;

/** Captures are rare with it, and what is parked is not walked for its age: so what is asked for is walked then. */
const WALKED = { sampling: 1, overheadBudget: 0.000_01, strongMillis: 60_000 } as const;

type Start = () => () => void;

const VARIANTS = {
  bare: () => ignore,
  empty: () => promiseHooks.createHook({ init: ignore, before: ignore, after: ignore }) as () => void,
  followed: () => profiled(new TaskProfiler({ sampling: 1 })),
} as const satisfies Record<string, Start>;

/** The figures of the engine that follows tasks: milliseconds of a snapshot, bytes of a task. What an await costs: `hook`. */
export async function follow(): Promise<void> {
  console.log(`follow: ${machine()}, medians (middle half)`);
  for (const live of LIVE_TASKS) await snapshotsCost(live);
  await memory();
}

function ignore(): void {
  // A hook that does nothing.
}

function profiled(profiler: TaskProfiler): () => void {
  profiler.start();
  return () => profiler.stop();
}

async function child(): Promise<void> {
  await Promise.resolve();
}

async function awaits(count: number): Promise<void> {
  for (let i = 0; i < count / 2; i++) await child();
}

const releases: (() => void)[] = [];

async function parkOnce(hold: (release: () => void) => void): Promise<void> {
  await new Promise<void>(hold);
}

async function acquire(): Promise<void> {
  await parkOnce((release) => releases.push(release));
}

async function handle(): Promise<void> {
  await acquire();
}

/** A thousand in a turn, as a busy service does. */
async function startTasks(count: number, task: () => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) {
    void task();
    if (i % 1_000 === 999) await nextTurn();
  }
  await nextTurn();
}

async function releaseAll(): Promise<void> {
  for (const release of releases.splice(0)) release();
  await nextTurn();
}

async function snapshotsCost(live: number): Promise<void> {
  const profiler = new TaskProfiler(WALKED);
  profiler.start();
  await startTasks(live, handle);
  const walks: number[] = [];
  const inOne: number[] = [];
  const small: number[] = [];
  const inSlices: number[] = [];
  const longest: number[] = [];
  for (let round = -3; round < SNAPSHOTS; round++) {
    await nextTurn();
    const walksBefore = profiler.counts!.walks;
    const one = millisOf(() => expectTasks(profiler.snapshot({ maxTasks: 1_024 }), live));
    const walked = profiler.counts!.walks - walksBefore;
    const few = millisOf(() => profiler.snapshot({ maxTasks: SMALL }));
    const slices = await stretchesOf(async () => expectTasks(await profiler.snapshotIncremental(), live));
    if (round < 0) continue;
    walks.push(walked);
    inOne.push(one);
    small.push(few);
    inSlices.push(slices.reduce((sum, millis) => sum + millis, 0));
    longest.push(Math.max(...slices));
  }
  profiler.stop();
  await releaseAll();
  console.log(
    `  1,024 of ${live.toLocaleString('en')} live tasks of three awaits each, ${median(walks)} walks a snapshot`,
  );
  console.log(
    `    ms in one turn ${withSpread(inOne, 2)}, in slices ${withSpread(inSlices, 2)} with stretches up to ` +
      `${withSpread(longest, 2)}; ${SMALL} tasks ${withSpread(small, 2)}`,
  );
  figure('in one turn', median(inOne), LIMIT_SNAPSHOT_MILLIS, 'ms');
  figure('in slices', median(inSlices), LIMIT_SNAPSHOT_MILLIS, 'ms');
  figure('longest stretch in slices', median(longest), LIMIT_STRETCH_MILLIS, 'ms');
  figure(`${SMALL} tasks`, median(small), LIMIT_SMALL_MILLIS, 'ms');
}

function expectTasks({ totalTasks }: TaskSnapshot, live: number): void {
  if (Math.abs(totalTasks / live - 1) > 0.1) throw new Error(`${totalTasks} tasks instead of ${live}`);
}

function millisOf(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

/** Milliseconds of each turn of the event loop that `work` is done in. */
async function stretchesOf(work: () => Promise<void>): Promise<number[]> {
  const stretches: number[] = [];
  let done = false;
  let turnedAt = performance.now();
  const watch = (): void => {
    const now = performance.now();
    stretches.push(now - turnedAt);
    turnedAt = now;
    if (!done) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  done = true;
  watch();
  return stretches;
}

async function memory(): Promise<void> {
  await bytesPerTask(VARIANTS.bare);
  const bare = await bytesPerTask(VARIANTS.bare);
  const empty = await bytesPerTask(VARIANTS.empty);
  const followed = await bytesPerTask(() => profiled(new TaskProfiler(WALKED)));
  console.log(`  bytes of a live task of one await, ${TASKS_FOR_MEMORY.toLocaleString('en')} of them`);
  console.log(
    `    over the bare code: empty hooks ${(empty - bare).toFixed(1)}, followed ${(followed - bare).toFixed(1)}`,
  );
  figure('over empty hooks', followed - empty, LIMIT_TASK_BYTES, 'bytes');
  await growth();
}

async function bytesPerTask(start: Start): Promise<number> {
  const stop = start();
  const before = await usedBytes();
  await startTasks(TASKS_FOR_MEMORY, () => parkOnce((release) => releases.push(release)));
  const bytes = (await usedBytes()) - before;
  stop();
  await releaseAll();
  return bytes / TASKS_FOR_MEMORY;
}

async function growth(): Promise<void> {
  const stop = VARIANTS.followed();
  await manyAwaits(MANY_AWAITS / 10);
  const before = await usedBytes();
  await manyAwaits(MANY_AWAITS);
  const grown = (await usedBytes()) - before;
  stop();
  figure(`growth over ${MANY_AWAITS.toLocaleString('en')} awaits`, grown, LIMIT_GROWTH_BYTES, 'bytes');
}

async function manyAwaits(count: number): Promise<void> {
  for (let i = 0; i < count; i += 10_000) {
    await awaits(10_000);
    await nextTurn();
  }
}
