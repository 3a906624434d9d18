import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { MeterProvider } from '@opentelemetry/api';
import { encodeResponse } from '../../../examples/receiver/decode.ts';
import * as taskprof from '../../../src/index.ts';
import { application } from './application.ts';

/** What forces faults, and what is seen of them. */
export interface Forcing {
  readonly meters: MeterProvider;
  /** From here on faults are forced; what was constructed before throws for bad options. */
  readonly begin: () => void;
  /** No more of them. */
  readonly end: () => void;
  /** Who asked was given the fault for an answer. */
  readonly onRefused: () => void;
}

/** What a scenario needs of its process. */
export interface Surroundings extends Forcing {
  readonly receiver: string;
  readonly folder: string;
}

export interface Scenario {
  readonly name: string;
  /** Runs the application with the profiler, and gives what it saw. */
  readonly run: (surroundings: Surroundings) => Promise<string>;
}

export async function makeSurroundings(forcing: Forcing): Promise<Surroundings> {
  let answers = 0;
  // Every other export has to be tried again.
  const server = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(answers++ % 2 ? 503 : 200, { 'retry-after': '0' }).end(encodeResponse()));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...forcing,
    receiver: `http://127.0.0.1:${port}/v1development/profiles`,
    folder: mkdtempSync(join(tmpdir(), 'taskprof-faults-')),
  };
}

const OPTIONS: taskprof.TaskProfilerInstrumentationConfig = {
  enabled: false,
  resources: true,
  stuckMillis: 1,
  strongMillis: 1,
  exportIntervalMillis: 15,
  exportTimeoutMillis: 15,
  onStuck: () => undefined,
};

/** Exports as a service does that is set up with all that there is. */
async function exported(
  config: taskprof.TaskProfilerInstrumentationConfig,
  { begin, end, meters }: Surroundings,
): Promise<string> {
  const instrumentation = new taskprof.TaskProfilerInstrumentation({ ...OPTIONS, ...config });
  begin();
  instrumentation.setMeterProvider(meters);
  instrumentation.enable();
  const told = await application();
  await instrumentation.forceFlush();
  await instrumentation.shutdown();
  end();
  // Whatever it was, a new start begins anew.
  instrumentation.enable();
  const { running } = instrumentation.profiler;
  instrumentation.disable();
  return running ? told : 'it does not start again';
}

const PATHS = [
  ...['', '?debug=1', '?debug=2&minWaitMillis=0', '?format=json&consistency=moment', '?format=folded', '?format=otlp'],
  ...[
    '?format=otlp-json&maxTasks=3',
    '?seconds=0.005&format=folded&matching=a',
    '?debug=1&label=tenant=t0&seconds=0.005',
  ],
  ...['?timeline=1&seconds=0.01', '?sampleType=lost', '?nonsense=1', '?sampleType=wait&seconds=0.005&format=otlp'],
];

/** Asks for everything while the application runs. What is asked for may fail, but has to come back. */
async function asked(sampling: 'all' | number, { begin, onRefused }: Surroundings): Promise<string> {
  const options = { sampling, resources: true, strongMillis: 1, ...(sampling !== 'all' && { overheadBudget: 1e-6 }) };
  const profiler = new taskprof.TaskProfiler(options);
  const handler = taskprof.createDebugHandler(profiler, { path: '/' });
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  begin();
  const questions: (() => unknown)[] = [
    () => profiler.snapshot({ labels: { tenant: 't1' }, maxTasks: 2 }),
    () => taskprof.snapshotToPprof(profiler.snapshot()),
    () => profiler.snapshotIncremental({ matching: /load/ }),
    () => profiler.burst({ durationMillis: 2 }),
    () => profiler.lostTasks(),
    () => profiler.resourceSnapshot(),
    () => profiler.counts,
    () => profiler.liveTasks,
    () => profiler.oldestParkedAt(),
    () => profiler.timeline({ everyNthRoot: 2 })?.stop(),
  ];
  const attempt = async (question: () => unknown): Promise<void> => {
    try {
      await question();
    } catch {
      onRefused();
    }
  };
  const ask = async (): Promise<void> => {
    for (const question of questions) await attempt(question);
    for (const path of PATHS) {
      const signal = AbortSignal.timeout(60_000);
      await attempt(async () => {
        const response = await fetch(`http://127.0.0.1:${port}/${path}`, { signal });
        if ((await response.text()).includes('forced fault')) onRefused();
      });
      signal.throwIfAborted();
    }
  };
  await attempt(() => profiler.start());
  const [told] = await Promise.all([application(), ask()]);
  await attempt(() => profiler.stop());
  server.close();
  server.closeAllConnections();
  return told;
}

const { OtlpProfileExporter, FileProfileExporter, ConsoleProfileExporter } = taskprof;

export const scenarios: readonly Scenario[] = [
  {
    name: 'captured, over HTTP',
    run: (at) => exported({ sampling: 'all', exporter: new OtlpProfileExporter({ url: at.receiver }) }, at),
  },
  {
    name: 'followed, to files and the console, with triggers and a timeline',
    run: (at) =>
      exported(
        {
          sampling: 0.9,
          overheadBudget: 1e-6,
          timeline: { everyNthRoot: 2 },
          triggers: {
            liveTasks: { aboveTasks: 1, warmUpMillis: 0, burst: { durationMillis: 1 } },
            checkIntervalMillis: 100,
          },
          exporter: [
            new FileProfileExporter({ folder: at.folder, maxFolderBytes: 10_000 }),
            new ConsoleProfileExporter({ stream: new PassThrough().resume() }),
          ],
        },
        at,
      ),
  },
  { name: 'asked, captured', run: (at) => asked('all', at) },
  { name: 'asked, followed', run: (at) => asked(0.9, at) },
];
