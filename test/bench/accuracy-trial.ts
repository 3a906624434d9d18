import { TaskProfiler, type TaskSample } from '../../src/index.ts';
import { nowMillis } from '../../src/base/clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { settled } from '../support/settled.ts';
import { nextTurn } from './measure.ts';

/** An estimate next to what it is of, in the same unit. */
export interface Finding {
  readonly estimate: number;
  readonly truth: number;
  readonly standardError: number;
}

/** What one process state was said to be, and what it was. */
export interface Trial {
  readonly total: Finding;
  readonly counts: readonly Finding[];
  /** Of each stack in the time that all were parked. */
  readonly waitShares: readonly Finding[];
}

interface Group {
  readonly name: string;
  readonly share: number;
  /** Of the shortest one's wait. */
  readonly waits: number;
  readonly task: (opened: Promise<void>) => Promise<void>;
}

const SHORTEST_WAIT_MILLIS = 250;
const TASKS_OF_A_TURN = 1_000;

const waitMillis = new Map<string, number>();

function resumes(name: string, since: number): void {
  waitMillis.set(name, (waitMillis.get(name) ?? 0) + nowMillis() - since);
}

// A function each: stacks are told apart by where they await.
async function acquires(opened: Promise<void>): Promise<void> {
  const since = nowMillis();
  await opened;
  resumes('acquires', since);
}

async function queries(opened: Promise<void>): Promise<void> {
  const since = nowMillis();
  await opened;
  resumes('queries', since);
}

async function fetches(opened: Promise<void>): Promise<void> {
  const since = nowMillis();
  await opened;
  resumes('fetches', since);
}

async function reads(opened: Promise<void>): Promise<void> {
  const since = nowMillis();
  await opened;
  resumes('reads', since);
}

const GROUPS: readonly Group[] = [
  { name: 'acquires', share: 0.5, waits: 1, task: acquires },
  { name: 'queries', share: 0.25, waits: 2, task: queries },
  { name: 'fetches', share: 0.15, waits: 4, task: fetches },
  { name: 'reads', share: 0.1, waits: 3, task: reads },
];

const OF_GROUPS = new RegExp(`^(${GROUPS.map(({ name }) => name).join('|')}) `);

/** `count` tasks of four stacks, each its own root and awaiting a promise of its own, followed with a fixed probability. */
export async function accuracyTrial(sampling: number, count: number, seed: number): Promise<Trial> {
  waitMillis.clear();
  const profiler = new TaskProfiler({ sampling }, seededRandom(seed));
  profiler.start();
  const interval = profiler.openInterval()!;
  const releases = await startTasks(count, seededRandom(-seed));
  // Not those of the trial itself.
  const { totalTasks, totalStandardError, samples } = profiler.snapshot({ matching: OF_GROUPS });
  await releaseAll(releases);
  const mean = interval.end();
  const means = GROUPS.map(({ name }) => sumOf(mean.samples, name));
  // Where nothing was found, nothing has a share.
  const allOfMean = means.reduce((sum, { estimate }) => sum + estimate, 0) || 1;
  profiler.stop();
  const allWaits = [...waitMillis.values()].reduce((sum, wait) => sum + wait, 0);
  if (waitMillis.size !== GROUPS.length) throw new Error('not all tasks have waited');
  return {
    total: { estimate: totalTasks, truth: count, standardError: totalStandardError },
    counts: GROUPS.map(({ name, share }) => ({ ...sumOf(samples, name), truth: share * count })),
    waitShares: means.map(({ estimate, standardError }, i) => ({
      truth: waitMillis.get(GROUPS[i]!.name)! / allWaits,
      estimate: estimate / allOfMean,
      standardError: standardError / allOfMean,
    })),
  };
}

/** In the order that chance gives, some to a turn and outside of any job, where tasks are roots. Gives what lets each group go on. */
async function startTasks(count: number, random: () => number): Promise<Map<Group, (() => void)[]>> {
  const order = GROUPS.flatMap((group) => Array.from({ length: Math.round(group.share * count) }, () => group));
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  const releases = new Map<Group, (() => void)[]>(GROUPS.map((group) => [group, []]));
  for (let from = 0; from < order.length; from += TASKS_OF_A_TURN) {
    const some = order.slice(from, from + TASKS_OF_A_TURN);
    await inCallback(() => {
      for (const group of some) void group.task(new Promise((resolve) => releases.get(group)!.push(resolve)));
    });
  }
  await settled();
  return releases;
}

async function releaseAll(releases: ReadonlyMap<Group, readonly (() => void)[]>): Promise<void> {
  const startedAt = nowMillis();
  for (const [{ waits }, opens] of [...releases].sort(([a], [b]) => a.waits - b.waits)) {
    while (nowMillis() - startedAt < waits * SHORTEST_WAIT_MILLIS) await nextTurn();
    for (const open of opens) open();
    await settled();
  }
}

function inCallback(action: () => void): Promise<void> {
  return new Promise((resolve) => setImmediate(() => (action(), resolve())));
}

function sumOf(samples: readonly TaskSample[], name: string): { estimate: number; standardError: number } {
  const own = samples.filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === name);
  return {
    estimate: own.reduce((sum, { tasks }) => sum + tasks, 0),
    standardError: Math.sqrt(own.reduce((sum, one) => sum + one.standardError ** 2, 0)),
  };
}
