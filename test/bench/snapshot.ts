import { ParkEngine } from '../../src/capture/park-engine.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { instantSnapshot } from '../../src/snapshot/instant.ts';
import { sampleRequest } from '../../src/snapshot/snapshot-options.ts';
import type { TaskSnapshot } from '../../src/snapshot/task-snapshot.ts';
import { median, nextTurn, usedBytes } from './measure.ts';
import type { Report } from './report.ts';

const ROUNDS = 15;
const MAX_TASKS = 1_024;
const LIVE_TASKS = [1_000, 10_000, 100_000, 1_000_000];
const LIMIT_MILLIS = 2;
const LIMIT_BYTES = 4 * 1024 * 1024;

const releases: (() => void)[] = [];

async function acquire(): Promise<void> {
  await new Promise<void>((resolve) => releases.push(resolve));
}

async function handle(): Promise<void> {
  await acquire();
}

/** Starts tasks from runs of their own, a thousand to a turn, as a busy service does. */
async function startTasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    void Promise.resolve().then(handle);
    if (i % 1_000 === 999) await nextTurn();
  }
  await nextTurn();
}

function releaseAll(): void {
  for (const release of releases.splice(0)) release();
}

/**
 * Main-thread time of a snapshot and memory of the engine that captures, alone, at maxTasks 1,024, by number of live tasks. `'all'`
 * so that the live set is full: under a budget it holds fewer tasks. The engine that follows: `pause`.
 */
export async function snapshot(report: Report): Promise<void> {
  report.section(
    "A snapshot of the engine that captures, alone (snapshot): maxTasks 1,024, live set full (sampling 'all')",
  );
  for (const live of LIVE_TASKS) await measure(report, live);
}

async function measure(report: Report, live: number): Promise<void> {
  const options = resolveTaskProfilerOptions({ sampling: 'all', maxTasks: MAX_TASKS });
  let engine: ParkEngine | undefined = new ParkEngine({ ...options, random: Math.random });
  await startTasks(live);
  const millis: number[] = [];
  let last: TaskSnapshot | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = process.hrtime.bigint();
    last = instantSnapshot(engine, engine.sample(sampleRequest({}, MAX_TASKS)), 'moment');
    millis.push(Number(process.hrtime.bigint() - startedAt) / 1e6);
    await nextTurn();
  }
  if (last === undefined || last.totalTasks === 0) throw new Error('nothing was profiled');
  last = undefined;
  const withEngine = await usedBytes();
  engine.stop();
  engine = undefined;
  const bytes = withEngine - (await usedBytes());
  releaseAll();
  await nextTurn();
  const count = `${live.toLocaleString('en')} live`;
  report.value(count, millis, 'ms');
  report.value(`${count}, memory`, [bytes / 2 ** 20], 'MiB');
  report.figure(count, median(millis), LIMIT_MILLIS, 'ms');
  report.figure(`${count}, memory`, bytes, LIMIT_BYTES, 'bytes');
}
