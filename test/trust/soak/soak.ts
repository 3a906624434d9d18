import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { encodeResponse } from '../../../examples/receiver/decode.ts';
import {
  OtlpProfileExporter,
  TaskProfilerInstrumentation,
  type TaskProfilerInstrumentationConfig,
} from '../../../src/index.ts';
import { AWAITS_OF_ROUND, playRound } from './load.ts';

export interface SoakOptions {
  readonly awaits: number;
  /** Else all is done in the same way, but nothing is ever started. */
  readonly isProfiled: boolean;
  readonly workers: number;
  /** How often memory is measured. */
  readonly measurements: number;
  /** On the standard error. */
  readonly tellsProgress: boolean;
}

export interface Soaked {
  readonly awaits: number;
  readonly seconds: number;
  readonly switches: number;
  readonly exports: { readonly sent: number; readonly failed: number };
  /** Bytes, once everything was collected. */
  readonly heap: readonly number[];
  readonly resident: readonly number[];
  /** Tasks that were told when none was left, at each of these moments. */
  readonly ghosts: readonly number[];
  readonly handlesBefore: readonly string[];
  readonly handlesAfter: readonly string[];
}

/** Captures everything now and then, follows what the budget allows else. */
const CONFIGS: readonly TaskProfilerInstrumentationConfig[] = [
  { sampling: 'adaptive' },
  { sampling: 'adaptive', resources: true, timeline: { everyNthRoot: 50 } },
  { sampling: 0.5 },
  { sampling: 'adaptive', overheadBudget: 0.05 },
];

const EXPORT_MILLIS = 200;
/** Two of the profiler's windows. */
const SETTLE_MILLIS = 600;

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** Hours of a service in minutes: the hooks go and come again after each round. */
export async function soak(options: SoakOptions): Promise<Soaked> {
  const { awaits, isProfiled, workers, measurements, tellsProgress } = options;
  const startedAt = performance.now();
  const rounds = Math.ceil(awaits / AWAITS_OF_ROUND);
  const handlesBefore = handles();
  const receiver = await startReceiver();
  const [heap, resident, ghosts]: number[][] = [[], [], []];
  let switches = 0;
  const next = (): TaskProfilerInstrumentation => make(receiver.url, ++switches, isProfiled);
  let instrumentation = next();
  for (let round = 1; round <= rounds; round++) {
    await playRound(round);
    if (switches % 5 === 0) await instrumentation.forceFlush();
    await turn();
    if (switches % 3 === 0) await instrumentation.shutdown();
    instrumentation.disable();
    instrumentation = next();
    if (round % Math.ceil(rounds / measurements) !== 0) continue;
    await settle();
    ghosts!.push(instrumentation.profiler.snapshot().totalTasks);
    // Each configuration holds another amount.
    instrumentation.disable();
    await settle();
    heap!.push(process.memoryUsage().heapUsed);
    resident!.push(process.memoryUsage.rss());
    if (tellsProgress) console.error(`${round} of ${rounds} rounds, ${(resident!.at(-1)! / 2 ** 20).toFixed(1)} MiB`);
    instrumentation = next();
    // Not right before memory is measured: the last of a worker's goes a while after it.
    if (resident!.length % Math.ceil(measurements / workers) === 1) await runWorker(isProfiled);
  }
  await instrumentation.shutdown();
  await receiver.close();
  await settle();
  const exports = receiver.counts;
  return {
    ...{ awaits: rounds * AWAITS_OF_ROUND, seconds: (performance.now() - startedAt) / 1e3, switches, exports },
    ...{ handlesBefore, handlesAfter: handles() },
    ...{ heap: heap!, resident: resident!, ghosts: ghosts! },
  };
}

function make(url: string, switches: number, enabled: boolean): TaskProfilerInstrumentation {
  const exporter = new OtlpProfileExporter({ url, timeoutMillis: EXPORT_MILLIS });
  const config = switches % 40 === 39 ? ({ sampling: 'all' } as const) : CONFIGS[switches % CONFIGS.length];
  return new TaskProfilerInstrumentation({
    ...config,
    enabled,
    exporter,
    exportIntervalMillis: EXPORT_MILLIS,
    strongMillis: 50,
  });
}

/** Every other request fails, in one way or another. */
async function startReceiver(): Promise<{
  readonly url: string;
  readonly counts: { sent: number; failed: number };
  readonly close: () => Promise<void>;
}> {
  const counts = { sent: 0, failed: 0 };
  const server: Server = createServer((request, response) => {
    const failure = counts.sent++ % 2 === 0 ? undefined : counts.failed++ % 3;
    request.resume().on('end', () => {
      if (failure === 0) response.destroy();
      else
        response
          .writeHead(failure === undefined ? 200 : failure === 1 ? 503 : 400, { 'retry-after': '0' })
          .end(encodeResponse());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}/v1development/profiles`, counts, close };
}

async function runWorker(isProfiled: boolean): Promise<void> {
  const worker = new Worker(WORKER, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    workerData: isProfiled ? 'profiled' : 'not profiled',
  });
  await once(worker, 'exit');
}

/** Until nothing is held that is let go of in time, and exports that nobody waits for have been given up. */
async function settle(): Promise<void> {
  await sleep(SETTLE_MILLIS);
  for (let i = 0; i < 4; i++) {
    await turn();
    gc!();
  }
  // Gives back what the young generation had grown to.
  gc!({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function handles(): string[] {
  return process.getActiveResourcesInfo().sort();
}
