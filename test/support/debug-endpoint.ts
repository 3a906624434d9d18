import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeOtlpJson } from '../../src/encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { profileToFolded } from '../../src/encode/folded.ts';
import { snapshotToPprof } from '../../src/encode/pprof.ts';
import { snapshotToProfile } from '../../src/profile/snapshot-profile.ts';
import type { TaskSample, TaskSnapshot } from '../../src/snapshot/task-snapshot.ts';
import { frame, profilesData } from './profiles-data.ts';

export function taskSample(changes: Partial<TaskSample> = {}): TaskSample {
  return {
    stack: [frame('Pool.connect', '/app/node_modules/pg-pool/index.js'), frame('query'), frame('handle')],
    awaitIndex: 1,
    tasks: 3,
    standardError: 0,
    samplingProbability: 1,
    source: 'captured',
    oldestWaitMillis: 1_500,
    labels: {},
    ...changes,
  };
}

export function taskSnapshot(...samples: readonly TaskSample[]): TaskSnapshot {
  return {
    timeUnixNano: 1_790_000_000_123_456_789n,
    consistency: 'slices',
    totalTasks: samples.reduce((sum, { tasks }) => sum + tasks, 0),
    totalStandardError: 0,
    samples,
    samplingProbability: 1,
    droppedTasks: 0,
    cutLabels: 0,
  };
}

export function snapshotJson(snapshot: TaskSnapshot): string {
  return JSON.stringify(snapshot, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What speaks as the debug endpoint does, with the real encoders; `answer` forces another answer. */
export class DebugEndpoint {
  snapshot: TaskSnapshot = taskSnapshot(taskSample());
  answer: Answer | undefined;
  readonly requests: { readonly url: URL; readonly authorization: string | undefined }[] = [];
  readonly #server: Server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://endpoint');
    this.requests.push({ url, authorization: request.headers.authorization });
    (this.answer ?? this.#answer)(request, response);
  });

  async start(path?: string): Promise<void> {
    this.#server.listen(path ?? { port: 0, host: '127.0.0.1' });
    await once(this.#server, 'listening');
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get lastParameters(): string {
    return this.requests.at(-1)!.url.search;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  readonly #answer: Answer = (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://endpoint');
    if (pathname !== '/debug/tasks') return refuse(response, 404, `nothing at ${pathname}`);
    const debug = searchParams.get('debug');
    const [type, body] = this.#encoded(debug === null ? (searchParams.get('format') ?? 'pprof') : `debug=${debug}`);
    response.writeHead(200, { 'content-type': type }).end(body);
  };

  #encoded(format: string): [string, string | Uint8Array] {
    const profile = snapshotToProfile(this.snapshot);
    const encodings: Record<string, () => [string, string | Uint8Array]> = {
      pprof: () => ['application/octet-stream', snapshotToPprof(this.snapshot)],
      json: () => ['application/json', snapshotJson(this.snapshot)],
      folded: () => ['text/plain; charset=utf-8', profileToFolded(profile)],
      otlp: () => ['application/x-protobuf', encodeOtlpProtobuf(profilesData(profile))],
      'otlp-json': () => ['application/json', encodeOtlpJson(profilesData(profile))],
      'debug=1': () => ['text/plain; charset=utf-8', 'grouped by stack\n'],
      'debug=2': () => ['text/plain; charset=utf-8', 'one after another\n'],
    };
    return encodings[format]!();
  }
}

/** An error as the endpoint has it: one line of text. */
export function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
