// A load of so many awaits a second, profiled at the default budget: prints what the profiler arrived at, as JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskProfiler } from '../../src/profiler.ts';
import { nextTurn } from './measure.ts';

/** What was reached in one run. */
export interface Coverage {
  readonly awaitsPerSecond: number;
  readonly followProbability: number;
  readonly dutyCycle: number;
  readonly followedTasks: number;
  readonly walksPerSecond: number;
  readonly capturesPerSecond: number;
  /** Of one core. */
  readonly spentShare: number;
  /** Of the mean number of tasks in the largest groups, relative to it. */
  readonly relativeErrors: readonly number[];
}

const AWAITS_PER_REQUEST = 40;
const WAITS_PER_REQUEST = 4;
const WAIT_MILLIS = 10;
const CONNECTIONS = 200;
const SETTLE_MILLIS = 15_000;
const MEASURED_MILLIS = 10_000;
const LARGEST = 5;

let awaits = 0;

/** Five places to wait at, one of them in each request. */
const ROUTES = [orders, search, checkout, profile, health];

async function orders(): Promise<void> {
  await sleep(WAIT_MILLIS);
}
async function search(): Promise<void> {
  await sleep(WAIT_MILLIS);
}
async function checkout(): Promise<void> {
  await sleep(WAIT_MILLIS);
}
async function profile(): Promise<void> {
  await sleep(WAIT_MILLIS);
}
async function health(): Promise<void> {
  await sleep(WAIT_MILLIS);
}

async function brief(): Promise<void> {
  await Promise.resolve();
}

/** `wait`: what takes time; all other awaits are of what is there already. */
async function request(wait: () => Promise<void>): Promise<void> {
  for (let i = 0; i < AWAITS_PER_REQUEST / 2; i++) {
    if (i % (AWAITS_PER_REQUEST / 2 / WAITS_PER_REQUEST) === 0) await wait();
    else await brief();
  }
  awaits += AWAITS_PER_REQUEST;
}

/** So many requests a second, each from a callback of its own, as they come. */
function paced(requestsPerSecond: number): () => void {
  const startedAt = performance.now();
  let started = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * requestsPerSecond;
    for (; started < due; started++) void request(ROUTES[started % ROUTES.length]!);
  }, 1);
  return () => clearInterval(timer);
}

/** As many as the processor makes, of connections that ask again at once. */
function saturating(): () => void {
  let isOver = false;
  const connect = async (route: number): Promise<void> => {
    while (!isOver) await request(yielding[route]!);
  };
  for (let i = 0; i < CONNECTIONS; i++) setImmediate(() => void connect(i % yielding.length));
  return () => (isOver = true);
}

const yielding = ROUTES.map((_route, i) => {
  const turns = i + 1;
  return async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await nextTurn();
  };
});

async function measure(awaitsPerSecond: number): Promise<Coverage> {
  const profiler = new TaskProfiler();
  profiler.start();
  const stop = awaitsPerSecond === Infinity ? saturating() : paced(awaitsPerSecond / AWAITS_PER_REQUEST);
  await sleep(SETTLE_MILLIS);
  const before = { ...profiler.counts!, awaits, at: performance.now() };
  const interval = profiler.openInterval()!;
  await sleep(MEASURED_MILLIS);
  const counts = profiler.counts!;
  const seconds = (performance.now() - before.at) / 1_000;
  const { samples } = interval.end();
  stop();
  profiler.stop();
  if (samples.length === 0) throw new Error('nothing was profiled');
  return {
    awaitsPerSecond: (awaits - before.awaits) / seconds,
    followProbability: counts.followProbability ?? 0,
    dutyCycle: counts.dutyCycle,
    followedTasks: counts.followed,
    walksPerSecond: (counts.walks - before.walks) / seconds,
    capturesPerSecond: (counts.captures - before.captures) / seconds,
    spentShare: (counts.spentMillis - before.spentMillis) / 1_000 / seconds,
    relativeErrors: samples.slice(0, LARGEST).map(({ tasks, standardError }) => standardError / tasks),
  };
}

process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))), () => process.exit());
