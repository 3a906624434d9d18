import { credentials, Client, status as codes } from '@grpc/grpc-js';
import { gzipSync } from 'node:zlib';
import { type DebugServer, startDebugServer } from '../../../../src/debug/debug-server.ts';
import { TaskProfiler } from '../../../../src/profiler.ts';
import { startViewer } from '../../../../src/viewer/viewer.ts';
import { exchange } from './exchange.ts';
import { GRPC_REQUEST, METHODS } from './grpc-bytes.ts';
import { OTLP, OTLP_JSON, TRACES, TRACES_JSON } from './seeds.ts';
import { bytes, Lazy, type Target } from './target.ts';

/** Small enough that what is received pushes out what was. */
const STORE_BYTES = 16 * 2 ** 20;

const viewer = new Lazy(
  () => startViewer({ port: 0, grpcPort: 0, maxBytes: STORE_BYTES }),
  (started) => started.stop(),
);

const grpcClient = new Lazy(
  async () => new Client((await viewer.get()).grpcUrl!.replace('http://', ''), credentials.createInsecure()),
  (client) => client.close(),
);

const debug = new Lazy(
  async () => {
    const profiler = new TaskProfiler();
    profiler.start();
    const server = await startDebugServer(profiler, { port: 0, token: 'open', maxSeconds: 0.01, maxTasks: 10 });
    return { profiler, server };
  },
  async ({ profiler, server }: { profiler: TaskProfiler; server: DebugServer }) => {
    await server.close();
    profiler.stop();
  },
);

/** Neither 500 nor 503, which are faults of the server: what Node's own parser refuses, and what an endpoint does. */
const STATUSES = [200, 204, 400, 401, 403, 404, 405, 408, 409, 411, 413, 414, 415, 417, 429, 431, 501];

/** Listeners. They take bytes as they come, not only sound requests with other contents. */
export const endpoints: readonly Target[] = [
  {
    name: 'requests to the debug endpoint',
    seeds: [
      request('GET /debug/tasks?debug=1&label=a=b', '', 'Authorization: Bearer open'),
      request('GET /debug/tasks?seconds=0.01&format=otlp', '', 'Authorization: Bearer open'),
      request('GET /debug/tasks?format=json&matching=a&consistency=moment', '', 'Authorization: bearer  open'),
      request('GET /debug/tasks?timeline=1&seconds=0.01', '', 'Authorization: Bearer open'),
      request('HEAD /debug/tasks?format=folded', '', 'Authorization: Bearer open', 'Connection: close'),
    ],
    take: async (input) => checkStatus(await exchange(portOf((await debug.get()).server.url), input)),
    refusals: [],
    cost: 10,
    close: debug.close,
  },
  {
    name: 'requests to the viewer',
    seeds: [
      ...['/', '/api/overview', '/api/flame?type=tasks&service=a', '/api/tasks?order=oldest', '/api/changes'].map(
        (path) => request(`GET ${path}`),
      ),
      request('GET /', '', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document', 'Sec-Fetch-Site: cross-site'),
      request('POST /v1development/profiles', OTLP, 'Content-Type: application/x-protobuf'),
      request('POST /v1development/profiles', OTLP_JSON, 'Content-Type: application/json; charset=utf-8'),
      request('POST /v1/traces', TRACES_JSON, 'Content-Type: application/json', 'Origin: http://127.0.0.1'),
      request('POST /v1/traces', gzipSync(TRACES), 'Content-Type: application/x-protobuf', 'Content-Encoding: gzip'),
      bytes(
        'POST /v1/traces HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n1\r\n{\r\n0\r\n\r\n',
      ),
    ],
    take: async (input) => checkStatus(await exchange(portOf((await viewer.get()).url), input)),
    refusals: [],
    cost: 10,
    close: viewer.close,
  },
  {
    name: 'messages to the gRPC receiver',
    seeds: [OTLP, TRACES],
    take: async (input) => {
      for (const method of Object.values(METHODS)) {
        const code = await call(await grpcClient.get(), method, input);
        // The receiver's own answer to what is broken, or too much.
        if (code !== codes.OK && code !== codes.INVALID_ARGUMENT) throw new TypeError(`${method}: ${codes[code]}`);
      }
    },
    refusals: [],
    cost: 10,
    close: closeGrpc,
  },
  {
    name: 'bytes to the gRPC receiver',
    seeds: [GRPC_REQUEST],
    take: async (input) => {
      await exchange(portOf((await viewer.get()).grpcUrl!), input, (answer) => answer.length > 64);
      if (++connections % 500 === 0) await checkServes(await grpcClient.get());
    },
    refusals: [],
    cost: 20,
    close: closeGrpc,
  },
];

let connections = 0;

async function closeGrpc(): Promise<void> {
  await grpcClient.close();
  await viewer.close();
}

function checkStatus(answer: string): void {
  if (answer === '') return;
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
  // Behind 100 comes the answer.
  if (status === '100') checkStatus(answer.slice(answer.indexOf('\r\n\r\n') + 4));
  else if (!STATUSES.includes(Number(status))) throw new TypeError(`it answers ${answer.slice(0, 200)}`);
}

function call(client: Client, method: string, message: Uint8Array): Promise<codes> {
  const unchanged = (content: Buffer): Buffer => content;
  return new Promise((resolve) => {
    client.makeUnaryRequest(method, unchanged, unchanged, Buffer.from(message), (error) =>
      resolve(error === null ? codes.OK : error.code),
    );
  });
}

async function checkServes(client: Client): Promise<void> {
  const code = await call(client, METHODS.traces, TRACES);
  if (code !== codes.OK) throw new TypeError(`a sound message gets ${codes[code]}`);
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function request(line: string, body: string | Uint8Array = '', ...headers: readonly string[]): Uint8Array {
  const content = Buffer.from(body as string);
  const length = content.length > 0 ? [`Content-Length: ${content.length}`] : [];
  const head = [`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, ...length, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), content]);
}
