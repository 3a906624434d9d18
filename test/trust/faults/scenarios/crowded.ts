import { setImmediate as turn } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import * as taskprof from '../../../../src/index.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { application } from '../application.ts';
import { attempt } from './ask.ts';
import type { Scenario, Surroundings } from './scenario.ts';

const TASKS_PER_TURN = 100;

type Hop = (path: readonly number[], hops: readonly Hop[], end: () => Promise<void>) => Promise<void>;

interface Crowd {
  readonly sampling: 'all' | number;
  readonly tasks: number;
  /** Of which are known, or looked at. */
  readonly maxTasks: number;
  /** Functions that each task is in. */
  readonly depth: number;
  readonly hops: readonly Hop[];
}

/** Functions that stand at different places: each way through them is a stack of its own. */
function makeHops(body: string): Hop[] {
  return Array.from({ length: 8 }, (_, i) => {
    const source = `(${body.replace('hop', `hop${i}`)})`;
    return runInThisContext(source, { filename: `/app/hop${i}.js` }) as Hop;
  });
}

/** More stacks than are kept, of tasks that are a row each. */
const CAPTURED: Crowd = {
  sampling: 'all',
  tasks: 2_000,
  maxTasks: 1_024,
  depth: 40,
  hops: makeHops(
    'function hop(path, hops, end) { return path.length ? hops[path[0]](path.slice(1), hops, end) : end(); }',
  ),
};

/** More rows than are looked at one by one: each call is one. */
const FOLLOWED: Crowd = {
  sampling: 0.999,
  tasks: 2_000,
  maxTasks: 64,
  depth: 11,
  hops: makeHops(
    'async function hop(path, hops, end) { await (path.length ? hops[path[0]](path.slice(1), hops, end) : end()); }',
  ),
};

function pathOf(task: number, { depth, hops }: Crowd): number[] {
  const random = seededRandom(task);
  return Array.from({ length: depth }, () => Math.floor(random() * hops.length));
}

function inTurn(work: () => void): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      work();
      resolve();
    });
  });
}

/** Asks while thousands of tasks are parked. */
async function crowded(crowd: Crowd, { begin, onRefused }: Surroundings): Promise<string> {
  const profiler = new taskprof.TaskProfiler({
    sampling: crowd.sampling,
    maxTasks: crowd.maxTasks,
    strongMillis: 100,
    resources: { maxResources: 16 },
    labels: { maxValueLength: 4, maxLabels: 1 },
  });
  begin();
  await attempt(() => profiler.start(), onRefused);
  let interval: ReturnType<typeof profiler.openInterval>;
  await attempt(() => (interval = profiler.openInterval()), onRefused);
  const gates: (() => void)[] = [];
  const parked: Promise<void>[] = [];
  const end = async (): Promise<void> => {
    await new Promise<void>((resolve) => void gates.push(resolve));
  };
  const park = (task: number): void => {
    const labels = { tenant: `tenant ${task}`, rare: task % 100 };
    const path = pathOf(task, crowd);
    parked.push(taskprof.withTaskLabels(labels, () => crowd.hops[0]!(path, crowd.hops, end)));
  };
  const parkFrom = (first: number): void => {
    for (let task = first; task < first + TASKS_PER_TURN; task++) park(task);
  };
  for (let task = 0; task < crowd.tasks; task += TASKS_PER_TURN) await inTurn(() => parkFrom(task));
  const questions: (() => unknown)[] = [
    () => profiler.snapshot({ maxTasks: 16 }),
    () => profiler.snapshot({ minWaitMillis: 1, maxTasks: 16 }),
    () => profiler.snapshot({ labels: { tenant: 'tena' }, pinnedLabels: { rare: 1 } }),
    () => profiler.snapshot({ matching: /hop3/, traceId: '0'.repeat(32) }),
    () => profiler.snapshotIncremental({ matching: /hop3/ }),
    () => [profiler.counts, profiler.resourceCounts, profiler.liveTasks, profiler.stuckTasks],
    () => profiler.oldestParkedAt(performance.now() - 1),
    () => profiler.snapshotIncremental({ maxTasks: crowd.tasks }),
  ];
  const told = await application();
  for (const question of questions) await attempt(question, onRefused);
  for (const open of gates) open();
  await Promise.all(parked);
  for (let i = 0; i < TASKS_PER_TURN; i++) await turn();
  await attempt(() => interval?.endWithLost(), onRefused);
  await attempt(() => profiler.settleInSlices(), onRefused);
  await attempt(() => profiler.stop(), onRefused);
  return told;
}

export const crowdedCaptured: Scenario = (at) => crowded(CAPTURED, at);
export const crowdedFollowed: Scenario = (at) => crowded(FOLLOWED, at);
