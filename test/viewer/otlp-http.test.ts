import assert from 'node:assert/strict';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type EventEmitter, once } from 'node:events';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { Overview, TraceData } from '../../src/viewer/page-data.ts';
import { MAX_REQUEST_BYTES } from '../../src/viewer/limits.ts';
import type { Viewer } from '../../src/viewer/viewer.ts';
import { protobufToJson } from '../support/otlp-json.ts';
import {
  ask,
  messageOf,
  protobufOf,
  stopViewers,
  tasks,
  tasksAt,
  TRACE,
  traceJson,
  viewerForTest,
} from './viewer-data.ts';

const PROFILES = '/v1development/profiles';
const TRACES = '/v1/traces';
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

async function post(
  { url }: Viewer,
  path: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<Answer> {
  const sent = httpRequest(url + path, { method, agent: false, headers: { 'content-type': PROTOBUF, ...headers } });
  // A refusal may come before all is sent.
  sent.on('error', () => undefined).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode ?? 0,
    type: response.headers['content-type'],
    retryAfter: response.headers['retry-after'],
    body: await text(response),
  };
}

const counts = async (viewer: Viewer): Promise<[profiles: number, traces: number]> => {
  const { profiles, traces } = await ask<Overview>(viewer, 'overview');
  return [profiles, traces];
};

describe('the OTLP/HTTP receiver', () => {
  let viewer: Viewer;
  const bytes = protobufOf(messageOf('shop', tasksAt(0, tasks(3, 'acquire handle'))));

  beforeEach(async () => (viewer = await viewerForTest()));
  afterEach(stopViewers);

  it('takes profiles in protobuf and JSON, with gzip and without', async () => {
    const json = JSON.stringify(protobufToJson(bytes));
    const answers = [
      await post(viewer, PROFILES, bytes),
      await post(viewer, PROFILES, gzipSync(bytes), { 'content-encoding': 'gzip' }),
      await post(viewer, PROFILES, json, { 'content-type': `${JSON_TYPE}; charset=utf-8` }),
      await post(viewer, PROFILES, gzipSync(json), { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }),
    ];
    assert.deepEqual(
      answers.map(({ status, type, body }) => [status, type, body]),
      [
        [200, PROTOBUF, ''],
        [200, PROTOBUF, ''],
        [200, JSON_TYPE, '{}'],
        [200, JSON_TYPE, '{}'],
      ],
    );
    assert.deepEqual(await counts(viewer), [4, 0]);
  });

  it('takes traces in JSON, as the SDK sends them, and one that comes twice once', async () => {
    for (let times = 0; times < 2; times++)
      assert.equal((await post(viewer, TRACES, traceJson(), { 'content-type': JSON_TYPE })).status, 200);
    const { spans } = await ask<TraceData>(viewer, `trace?id=${TRACE}`);
    assert.equal(spans.length, 1);
    const { name, service, status, message, attributes } = spans[0]!;
    assert.deepEqual(
      { name, service, status, message, attributes },
      { name: 'GET /orders', service: 'shop', status: 2, message: 'no rows', attributes: { 'http.route': '/orders' } },
    );
  });

  it('takes a request without content', async () => {
    assert.equal((await post(viewer, TRACES, '')).status, 200);
    assert.equal((await post(viewer, TRACES, '{}', { 'content-type': JSON_TYPE })).status, 200);
  });

  for (const [what, status, path, body, headers] of [
    ['another path', 404, '/v1/metrics', bytes, {}],
    ['a type that is none of OTLP', 415, PROFILES, bytes, { 'content-type': 'text/plain' }],
    ['an unknown compression', 415, PROFILES, bytes, { 'content-encoding': 'br' }],
    ['bytes that are no gzip', 400, PROFILES, bytes, { 'content-encoding': 'gzip' }],
    ['a protobuf that is cut off', 400, PROFILES, bytes.subarray(0, -3), {}],
    ['JSON that is cut off', 400, TRACES, '{"resourceSpans":[', { 'content-type': JSON_TYPE }],
    ['traces where profiles belong', 400, PROFILES, traceJson(), { 'content-type': JSON_TYPE }],
    ['a span without a trace', 400, TRACES, traceJson({ traceId: '' }), { 'content-type': JSON_TYPE }],
    ['a name of another host', 403, PROFILES, bytes, { host: 'evil.example:4318' }],
    ['a web page of another host', 403, PROFILES, bytes, { origin: 'http://evil.example' }],
    ['a page of another port', 403, PROFILES, bytes, { origin: 'http://127.0.0.1:1' }],
    ['a request that a browser calls cross-site', 403, PROFILES, bytes, { 'sec-fetch-site': 'cross-site' }],
  ] as const) {
    it(`answers ${what} with ${status} and a Status, and stores nothing`, async () => {
      const answer = await post(viewer, path, body, headers);
      assert.equal(answer.status, status, answer.body);
      if (answer.type === JSON_TYPE) assert.ok((JSON.parse(answer.body) as { message: string }).message.length > 10);
      assert.deepEqual(await counts(viewer), [0, 0]);
    });
  }

  for (const path of ['/', '/api/overview', '/api/changes']) {
    it(`refuses strangers at ${path} as well`, async () => {
      for (const headers of [
        { host: 'evil.example:4318' },
        { origin: 'http://evil.example' },
        { origin: 'http://127.0.0.1:1' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ]) {
        const { status, body } = await post(viewer, path, '', headers, 'GET');
        assert.equal(status, 403, JSON.stringify(headers));
        assert.match(body, /^\{"error":"/);
      }
      const own = await fetch(viewer.url + path, { headers: { origin: viewer.url } });
      assert.equal(own.status, 200);
      await own.body!.cancel();
    });
  }

  it('shows the page to whoever follows a link of another, and nothing else', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    assert.equal((await post(viewer, '/?view=tasks', '', link, 'GET')).status, 200);
    for (const [path, headers, method] of [
      ['/api/overview', link, 'GET'],
      ['/main.js', link, 'GET'],
      ['/', { ...link, 'sec-fetch-dest': 'iframe' }, 'GET'],
      ['/', { ...link, 'sec-fetch-mode': 'no-cors' }, 'GET'],
      ['/', { ...link, host: 'evil.example' }, 'GET'],
      [PROFILES, link, 'POST'],
    ] as const) {
      assert.equal(
        (await post(viewer, path, '', headers, method)).status,
        403,
        JSON.stringify([path, headers, method]),
      );
    }
  });

  it('answers a method other than POST with 405', async () => {
    assert.equal((await post(viewer, TRACES, '', {}, 'GET')).status, 405);
  });

  it('refuses what is too large: as it is, and when it is uncompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));
    assert.ok(bomb.length < 250_000);
    assert.equal((await post(viewer, PROFILES, bomb, { 'content-encoding': 'gzip' })).status, 413);
    assert.equal((await post(viewer, PROFILES, Buffer.alloc(MAX_REQUEST_BYTES + 1))).status, 413);
    assert.equal(
      (await post(viewer, PROFILES, Buffer.alloc(MAX_REQUEST_BYTES + 1), { 'transfer-encoding': 'chunked' })).status,
      413,
    );
    assert.deepEqual(await counts(viewer), [0, 0]);
  });

  it('lives through millions of empty messages in one request', async () => {
    // Samples of no fields: two bytes each.
    const samples = Buffer.alloc(2 * 2 ** 20, Buffer.from([0x12, 0]));
    const lengthDelimited = (tag: number, content: Uint8Array): Buffer => {
      const length: number[] = [];
      for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
        length.push(rest < 128 ? rest : (rest % 128) + 128);
        if (rest < 128) break;
      }
      return Buffer.concat([Buffer.from([tag, ...length]), content]);
    };
    const body = lengthDelimited(0x0a, lengthDelimited(0x12, lengthDelimited(0x12, samples)));
    assert.equal((await post(viewer, PROFILES, body)).status, 400);
    assert.deepEqual(await counts(viewer), [0, 0]);
  });

  it('may be asked under a name that is allowed', async () => {
    const named = await viewerForTest({ allowedHosts: ['otel'] });
    assert.equal((await post(named, PROFILES, bytes, { host: 'otel:4318' })).status, 200);
    assert.equal((await post(named, PROFILES, bytes, { host: 'otel.evil.example' })).status, 403);
  });

  it('asks to try again where the store fails, and takes the next', async () => {
    viewer.store.database.exec(
      'create temp trigger fault before insert on sample begin select raise(abort, "disk is full"); end',
    );
    const answer = await post(viewer, PROFILES, bytes);
    assert.deepEqual([answer.status, answer.retryAfter], [503, '5']);
    viewer.store.database.exec('drop trigger fault');
    assert.deepEqual(await counts(viewer), [0, 0]);
    assert.equal((await post(viewer, PROFILES, bytes)).status, 200);
    const { root } = await ask<{ root: { value: number } }>(viewer, 'flame');
    assert.equal(root.value, 3);
  });

  it('lives through an error of its listener', async () => {
    let server: EventEmitter | undefined;
    const seen = (message: unknown): void => void ({ server } = message as { server: EventEmitter });
    subscribe('http.server.request.start', seen);
    await ask(viewer, 'overview');
    unsubscribe('http.server.request.start', seen);
    server!.emit('error', new Error('too many open files'));
    assert.equal((await post(viewer, PROFILES, bytes)).status, 200);
  });
});
