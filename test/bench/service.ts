import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createShop } from '../../examples/demo/database.ts';
import { startLoad } from '../../examples/demo/load.ts';
import { startPostgres } from '../../examples/demo/postgres.ts';
import { startReceiver } from '../../examples/receiver/server.ts';
import { SpanStore } from '../../examples/receiver/span-store.ts';
import { machine, withSpread } from './measure.ts';
import type { Turn } from './service-toggle.ts';

const PAIRS = 8;
const CONNECTIONS = 200;

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The demo's service under full load with tracing on, the profiler switched on and off in turns inside one process. */
export async function service(): Promise<void> {
  let profiles = 0;
  const receiver = await startReceiver({ spans: new SpanStore(1_000), onProfiles: () => profiles++ });
  const postgres = await startPostgres();
  try {
    await createShop(postgres.env);
    const turns = await alternate({
      ...postgres.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_METRICS_EXPORTER: 'none',
    });
    if (profiles === 0) throw new Error('nothing was profiled');
    print(turns);
  } finally {
    await postgres.stop();
    await receiver.stop();
  }
}

async function alternate(env: Record<string, string>): Promise<Turn[]> {
  const child = spawn(
    process.execPath,
    ['--import', pathOf('service-toggle.ts'), pathOf('../../examples/demo/service.ts')],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const turns: Turn[] = [];
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const load = startLoad(`http://127.0.0.1:${port}`, CONNECTIONS);
  try {
    // The first pair of turns is cold.
    while (turns.length < 2 * PAIRS + 2) turns.push(((await once(child, 'message')) as [Turn])[0]);
    return turns.slice(2);
  } finally {
    await load.stop();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

function print(turns: readonly Turn[]): void {
  const off = turns.filter(({ profiled }) => !profiled);
  const on = turns.filter(({ profiled }) => profiled);
  const ratio = (of: (turn: Turn) => number): string =>
    withSpread(
      on.map((turn, i) => of(turn) / of(off[i]!)),
      3,
    );
  const rate = withSpread(
    off.map(({ requests, seconds }) => requests / seconds),
    0,
  );
  console.log(`service: the demo's service with tracing, profiler on / off in ${PAIRS} pairs of turns, ${machine()}`);
  console.log(
    `  off: ${rate} requests a second, ${withSpread(
      off.map((turn) => turn.cpuMicrosPerRequest),
      0,
    )} us of CPU each`,
  );
  console.log(`  on / off, median (middle half): CPU per request ${ratio((turn) => turn.cpuMicrosPerRequest)}`);
  const cores = (turn: Turn): number => (turn.requests * turn.cpuMicrosPerRequest) / (turn.seconds * 1e6);
  const added = on.map((turn, i) => 100 * (cores(turn) - cores(off[i]!)));
  console.log(
    `  which is ${withSpread(added, 2)} % of one core (the budget is 1 % for captures; the rest is hooks and export)`,
  );
  console.log(`  latency p50 ${ratio((turn) => turn.p50Millis)}, p99 ${ratio((turn) => turn.p99Millis)}`);
}
