import { fork } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { DEFAULT_TASK_LABEL_CONFIG } from '../../src/config/labels.ts';
import { resolveResourceOptions } from '../../src/config/resource-options.ts';
import { ResourceEngine } from '../../src/resources/resource-engine.ts';
import { nextTurn, usedBytes } from './measure.ts';
import type { Report } from './report.ts';
import type { ResourceTurn } from './resources-service.ts';

const ROUNDS = 9;
/** Many and short: what else the machine does changes within seconds. */
const PAIRS = 24;
const CONNECTIONS = 50;

type Sampling = 'adaptive' | 'all' | number;

interface Work {
  readonly name: string;
  readonly count: number;
  /** Nanoseconds of CPU in all; waits for what it started outside of that time. */
  readonly run: (count: number) => Promise<number>;
}

const WORKS: readonly Work[] = [
  { name: 'a timer that is set and cleared', count: 20_000, run: timers },
  { name: 'fs.stat with a callback', count: 5_000, run: stats },
  { name: 'process.nextTick', count: 200_000, run: ticks },
  { name: 'await', count: 500_000, run: awaits },
];

const VARIANTS: readonly (readonly [name: string, sampling: Sampling | undefined])[] = [
  ['nothing', undefined],
  ['not chosen (p close to 0)', 1e-12],
  ['every one chosen', 'all'],
  ['adaptive', 'adaptive'],
];

function engineOf(sampling: Sampling): ResourceEngine {
  const { maxResources, overheadBudget } = resolveResourceOptions({}) as Exclude<
    ReturnType<typeof resolveResourceOptions>,
    false
  >;
  return new ResourceEngine({
    sampling,
    maxResources,
    overheadBudget,
    maxStackDepth: 64,
    labels: DEFAULT_TASK_LABEL_CONFIG,
    random: Math.random,
  });
}

async function timers(count: number): Promise<number> {
  const elapsed = stopwatch();
  for (let i = 0; i < count; i++) clearTimeout(setTimeout(() => undefined, 60_000));
  const nanos = elapsed();
  await nextTurn();
  return nanos;
}

/** In flight 100 at a time, as a service has them. */
async function stats(count: number): Promise<number> {
  const elapsed = stopwatch();
  let begun = 0;
  let ended = 0;
  await new Promise<void>((resolve) => {
    const next = (): void => {
      if (++ended === count) resolve();
      else if (begun < count) begin();
    };
    const begin = (): void => {
      begun++;
      stat(import.meta.filename, next);
    };
    for (let i = 0; i < 100; i++) begin();
  });
  return elapsed();
}

async function ticks(count: number): Promise<number> {
  const elapsed = stopwatch();
  await new Promise<void>((resolve) => {
    for (let i = 1; i < count; i++) process.nextTick(() => undefined);
    process.nextTick(resolve);
  });
  return elapsed();
}

async function awaits(count: number): Promise<number> {
  const elapsed = stopwatch();
  for (let i = 0; i < count; i++) await Promise.resolve();
  return elapsed();
}

/** Of CPU time: others may have the core as well. */
function stopwatch(): () => number {
  const startedAt = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(startedAt);
    return (user + system) * 1_000;
  };
}

async function measured({ run, count }: Work, sampling: Sampling | undefined): Promise<number> {
  const engine = sampling === undefined ? undefined : engineOf(sampling);
  const nanos = await run(count);
  engine?.stop();
  await nextTurn();
  return nanos / count;
}

/** What the hooks and the captures cost one resource (and what is none), and what a service of callbacks pays in all. */
export async function resources(report: Report): Promise<void> {
  report.section('CPU of a resource, over the same code without the option (resources)');
  for (const work of WORKS) await perResource(report, work);
  await memory(report);
  await service(report);
}

async function perResource(report: Report, work: Work): Promise<void> {
  const nanos = VARIANTS.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, [, sampling]] of VARIANTS.entries()) {
      const value = await measured(work, sampling);
      // The first round is cold.
      if (round >= 0) nanos[i]!.push(value);
    }
  }
  report.value(`${work.name}, in all`, nanos[0]!, 'ns');
  for (const [i, [name]] of VARIANTS.entries()) {
    const over = nanos[i]!.map((value, round) => value - nanos[0]![round]!);
    if (i > 0) report.value(`${work.name}: ${name}`, over, 'ns');
  }
}

const HELD = 1_000;

async function memory(report: Report): Promise<void> {
  const bare = await bytesHeld(() => () => undefined);
  const tracked = await bytesHeld(() => {
    const engine = engineOf('all');
    return () => engine.stop();
  });
  report.value(`each of ${HELD} tracked timers, stacks and all`, [tracked - bare], 'bytes');
}

async function bytesHeld(start: () => () => void): Promise<number> {
  const before = await usedBytes();
  const stop = start();
  const held = Array.from({ length: HELD }, () => setTimeout(() => undefined, 600_000));
  const bytes = (await usedBytes()) - before;
  for (const timer of held) clearTimeout(timer);
  stop();
  return bytes / HELD;
}

async function service(report: Report): Promise<void> {
  const turns = await alternate();
  const off = turns.filter(({ profiled }) => !profiled);
  const on = turns.filter(({ profiled }) => profiled);
  const ratios = (of: (turn: ResourceTurn) => number): number[] => on.map((turn, i) => of(turn) / of(off[i]!));
  const cores = ({ requests, cpuMicrosPerRequest, seconds }: ResourceTurn): number =>
    (requests * cpuMicrosPerRequest) / (seconds * 1e6);
  const cpu = off.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest);
  const added = on.map(
    (turn, i) => (100 * cores(turn) * (turn.cpuMicrosPerRequest - cpu[i]!)) / turn.cpuMicrosPerRequest,
  );
  report.section(
    `A server that calls another for each request (resources), on / off in ${PAIRS} pairs of turns inside one process`,
  );
  report.value(
    'requests without it',
    off.map(({ requests, seconds }) => requests / seconds),
    'a second',
  );
  report.value('CPU of a request without it', cpu, 'us');
  report.value(
    'CPU of a request, on / off',
    ratios((turn) => turn.cpuMicrosPerRequest),
    'times',
  );
  report.value('CPU on top', added, '% of one core');
  report.value(
    'of that accounted',
    on.map(({ accounted }) => 100 * accounted),
    '% of one core',
  );
  report.value(
    'resources chosen',
    on.map(({ samplingProbability }) => 100 * samplingProbability),
    '%',
  );
  report.value(
    'latency p50, on / off',
    ratios((turn) => turn.p50Millis),
    'times',
  );
  report.value(
    'latency p99, on / off',
    ratios((turn) => turn.p99Millis),
    'times',
  );
}

async function alternate(): Promise<ResourceTurn[]> {
  const child = fork(fileURLToPath(new URL('resources-service.ts', import.meta.url)), { stdio: 'inherit' });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const load = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: CONNECTIONS,
    duration: 1e6,
    timeout: 60,
    sampleInt: 200,
    setupClient: () => undefined,
  });
  const turns: ResourceTurn[] = [];
  try {
    // The first pair of turns is cold.
    while (turns.length < 2 * PAIRS + 2) turns.push(((await once(child, 'message')) as [ResourceTurn])[0]);
    return turns.slice(2);
  } finally {
    load.stop();
    await load;
    child.kill();
  }
}
