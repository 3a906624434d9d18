import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { encodeResponse } from '../../../../examples/receiver/decode.ts';

/** What forces faults, and what is seen of them. */
export interface Forcing {
  /** What the SDK has; undefined where there is none. */
  readonly meters: MeterProvider | undefined;
  readonly tracers: TracerProvider | undefined;
  /** From here on faults are forced; what was constructed before throws for bad options. */
  readonly begin: () => void;
  /** Collects metrics, where there is an SDK. */
  readonly collectMetrics: () => Promise<void>;
  /** No more of them. */
  readonly end: () => void;
  /** Who asked was given the fault for an answer. */
  readonly onRefused: () => void;
  /** The point that is forced. */
  readonly armed: () => number;
  /** What another thread saw, in which faults were forced, and what it reached: a 1 for each point. */
  readonly onThread: (report: ThreadReport, reached: Uint8Array) => void;
}

export interface ThreadReport {
  /** What its application told. */
  readonly told: string;
  readonly thrown: number;
  readonly diagLines: readonly string[];
  readonly faults: number;
}

/** What a scenario needs of its process. */
export interface Surroundings extends Forcing {
  /** Takes OTLP over HTTP: a URL without a path. */
  readonly receiver: string;
  /** Of its own. */
  readonly folder: string;
}

/** Runs the application with the profiler, and gives what it saw. */
export type Scenario = (surroundings: Surroundings) => Promise<string>;

type Answer = readonly [status: number, body: string | Uint8Array];

/** Every other export has to be tried again. */
const ANSWERS: readonly Answer[] = [
  ...([
    [200, encodeResponse()],
    [503, ''],
  ] as const),
  ...([
    [200, encodeResponse({ rejectedProfiles: 1, errorMessage: 'too old' })],
    [503, ''],
  ] as const),
  ...([
    [200, 'unreadable'],
    [503, ''],
  ] as const),
  ...([
    [400, 'no'],
    [503, ''],
  ] as const),
];

const JSON_ANSWERS: readonly Answer[] = ANSWERS.map(([status, body], i) => [
  status,
  i === 2 ? '{"partialSuccess":{"rejectedProfiles":"1","errorMessage":"too old"}}' : status === 200 ? '{}' : body,
]);

export async function makeSurroundings(forcing: Forcing): Promise<Surroundings> {
  let requests = 0;
  const server = createServer((request, response) => {
    const isJson = request.headers['content-type'] === 'application/json';
    const [status, answer] = (isJson ? JSON_ANSWERS : ANSWERS)[requests++ % ANSWERS.length]!;
    request.resume().on('end', () => response.writeHead(status, { 'retry-after': '0' }).end(answer));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'taskprof-faults-'));
  return { ...forcing, receiver: `http://127.0.0.1:${port}`, folder };
}
