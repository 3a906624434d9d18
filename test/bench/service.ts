import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createShop } from '../../examples/demo/database.ts';
import { startLoad } from '../../examples/demo/load.ts';
import { startPostgres } from '../../examples/demo/postgres.ts';
import { startReceiver } from '../../examples/receiver/server.ts';
import { SpanStore } from '../../examples/receiver/span-store.ts';
import { median } from './measure.ts';
import type { Report } from './report.ts';
import type { Switched, Turn } from './service-toggle.ts';

const PAIRS = 8;
/** What others cost in the place of the profiler. */
const OTHERS: Partial<Record<Switched, string>> = {
  wall: '@datadog/pprof instead: its wall profile at 99 Hz with contexts',
  async_hooks: 'async_hooks instead: a table of what is live',
  'async_hooks and stacks': 'async_hooks instead: a table of what is live, with a stack for each',
};
const OTHERS_PAIRS = 4;
const CONNECTIONS = 200;
const LIMIT_CPU_RATIO = 1.01;
const LIMIT_LATENCY_RATIO = 1.02;
const LIMIT_TIMELINE_RATIO = 1.02;

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The demo's service under full load with tracing on, the profiler switched on and off in turns inside one process; and others. */
export async function service(report: Report): Promise<void> {
  const turns = await measure('profiler', PAIRS);
  const { cpu, latency } = compare(
    report,
    `The demo's service with tracing under full load (service), profiler on / off in ${PAIRS} pairs of turns in one process`,
    turns,
  );
  report.figure('CPU of a request, on / off', median(cpu), LIMIT_CPU_RATIO, 'times');
  report.figure('latency p99, on / off', median(latency), LIMIT_LATENCY_RATIO, 'times');
  for (const [switched, name] of Object.entries(OTHERS) as [Switched, string][]) {
    compare(report, `The same, ${name}`, await measure(switched, OTHERS_PAIRS));
  }
}

/** The same with the profiler always on, and a timeline switched. */
export async function timeline(report: Report): Promise<void> {
  const turns = await measure('timeline', PAIRS);
  const { cpu } = compare(
    report,
    `The same service, profiled all the time (timeline), a timeline of 1 in 100 root tasks on / off in ${PAIRS} pairs of turns`,
    turns,
  );
  const on = turns.filter(({ profiled }) => profiled);
  const counts = on.flatMap((turn) => turn.timeline ?? []);
  const accounted = on.map((turn) => (1e3 * turn.timeline!.spentMillis) / turn.requests);
  report.value(
    'roots followed in a turn',
    counts.map(({ roots }) => roots),
    '',
  );
  report.value(
    'roots skipped for lack of budget',
    counts.map(({ skippedRoots }) => skippedRoots),
    '',
  );
  report.value('time that it accounts to itself, for each request', accounted, 'us');
  report.figure('CPU of a request, on / off', median(cpu), LIMIT_TIMELINE_RATIO, 'times');
}

async function measure(switched: Switched, pairs: number): Promise<Turn[]> {
  const turns: Turn[] = [];
  const profiles = await runDemoService(
    'service-toggle.ts',
    // The first pair of turns is cold.
    (told) => turns.push(told as Turn) < 2 * pairs + 2,
    { BENCH_SWITCHED: switched },
  );
  if (profiles === 0 && !(switched in OTHERS)) throw new Error('nothing was profiled');
  return turns.slice(2);
}

/**
 * Runs the demo's service under full load, with `toggle` loaded before it, for as long as `onTurn` gives true for what that tells.
 * Resolves with the number of profiles that came.
 */
export async function runDemoService(
  toggle: string,
  onTurn: (told: unknown) => boolean,
  environment: Record<string, string> = {},
): Promise<number> {
  let profiles = 0;
  const receiver = await startReceiver({ spans: new SpanStore(1_000), onProfiles: () => profiles++ });
  const postgres = await startPostgres();
  try {
    await createShop(postgres.env);
    const env = { ...postgres.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_METRICS_EXPORTER: 'none' };
    await alternate(toggle, { ...env, ...environment }, onTurn);
  } finally {
    await postgres.stop();
    await receiver.stop();
  }
  return profiles;
}

async function alternate(
  toggle: string,
  env: Record<string, string>,
  onTurn: (told: unknown) => boolean,
): Promise<void> {
  const child = spawn(process.execPath, ['--import', pathOf(toggle), pathOf('../../examples/demo/service.ts')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const load = startLoad(`http://127.0.0.1:${port}`, CONNECTIONS);
  try {
    while (onTurn(((await once(child, 'message')) as [unknown])[0]));
  } finally {
    await load.stop();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

/** On by off, turn by turn. */
function compare(report: Report, title: string, turns: readonly Turn[]): Record<'cpu' | 'latency', number[]> {
  const off = turns.filter(({ profiled }) => !profiled);
  const on = turns.filter(({ profiled }) => profiled);
  const ratios = (of: (turn: Turn) => number): number[] => on.map((turn, i) => of(turn) / of(off[i]!));
  const cores = (turn: Turn): number => (turn.requests * turn.cpuMicrosPerRequest) / (turn.seconds * 1e6);
  report.section(title);
  report.value(
    'requests without it',
    off.map(({ requests, seconds }) => requests / seconds),
    'a second',
  );
  report.value(
    'CPU of a request without it',
    off.map((turn) => turn.cpuMicrosPerRequest),
    'us',
  );
  const cpu = ratios((turn) => turn.cpuMicrosPerRequest);
  const latency = ratios((turn) => turn.p99Millis);
  report.value('CPU of a request, on / off', cpu, 'times');
  report.value(
    'CPU on top',
    on.map((turn, i) => 100 * (cores(turn) - cores(off[i]!))),
    '% of one core',
  );
  report.value(
    'latency p50, on / off',
    ratios((turn) => turn.p50Millis),
    'times',
  );
  report.value('latency p99, on / off', latency, 'times');
  return { cpu, latency };
}
