import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { DecodedProfiles } from '../../../examples/receiver/decode.ts';
import { startReceiver, type Receiver } from '../../../examples/receiver/server.ts';
import { SpanStore } from '../../../examples/receiver/span-store.ts';
import { encodeOtlpProtobuf } from '../../../src/encode/otlp-protobuf.ts';
import { frame, profile, profilesData, sample } from '../../support/profiles-data.ts';

const PROFILES = '/v1development/profiles';
const TRACES = '/v1/traces';
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };

const traceRequest = JSON.stringify({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 't1', spanId: 's1', name: 'GET /orders', kind: 2 }] }] }],
});

describe('OTLP receiver', () => {
  let received: DecodedProfiles[];
  let spans: SpanStore;
  let receiver: Receiver;

  beforeEach(async () => {
    received = [];
    spans = new SpanStore(10);
    receiver = await startReceiver({ spans, onProfiles: (request) => received.push(request) });
  });
  afterEach(() => receiver.stop());

  async function send(path: string, headers: Record<string, string>, body: string | Uint8Array, method = 'POST') {
    const response = await fetch(receiver.url + path, { method, headers, body: Buffer.from(body) });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  }

  it('gives decoded profiles on and answers with an empty protobuf message', async () => {
    const stack = [frame('connect'), frame('listOrders')];
    const body = encodeOtlpProtobuf(profilesData(profile({ samples: [sample({ stack, value: 7 })] })));
    const answer = await send(PROFILES, PROTOBUF, body);
    assert.deepEqual(answer, { status: 200, type: 'application/x-protobuf', text: '' });
    assert.equal(received[0]?.resource['service.name'], 'shop');
    const [got] = received[0].profiles[0]!.samples;
    assert.deepEqual([got?.stack, got?.values], [stack, [7]]);
  });

  it('takes profiles that are compressed with gzip', async () => {
    const body = gzipSync(encodeOtlpProtobuf(profilesData(profile())));
    assert.equal((await send(PROFILES, { ...PROTOBUF, 'content-encoding': 'gzip' }, body)).status, 200);
    assert.equal(received.length, 1);
  });

  it('stores the spans of a trace request', async () => {
    const answer = await send(TRACES, JSON_TYPE, traceRequest);
    assert.deepEqual(answer, { status: 200, type: 'application/json', text: '{}' });
    assert.equal(spans.get({ traceId: 't1', spanId: 's1' })?.name, 'GET /orders');
  });

  for (const [what, status, path, headers, body] of [
    ['another path', 404, '/v1/metrics', JSON_TYPE, '{}'],
    ['JSON where protobuf is expected', 415, PROFILES, JSON_TYPE, '{}'],
    ['an unknown content encoding', 415, TRACES, { ...JSON_TYPE, 'content-encoding': 'zstd' }, traceRequest],
    ['a body that is not what it says', 400, TRACES, JSON_TYPE, '<html>'],
    ['profiles that do not decode', 400, PROFILES, PROTOBUF, 'garbage'],
    ['broken gzip', 400, PROFILES, { ...PROTOBUF, 'content-encoding': 'gzip' }, 'garbage'],
    ['a body over 64 MiB', 413, TRACES, JSON_TYPE, ' '.repeat(64 * 1024 * 1024 + 1)],
    [
      'a body over 64 MiB once decompressed',
      400,
      TRACES,
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      gzipSync(' '.repeat(64 * 1024 * 1024 + 1)),
    ],
  ] as const) {
    it(`refuses ${what} with ${status}, and takes the next request`, async () => {
      assert.equal((await send(path, headers, body)).status, status);
      assert.equal(received.length + spans.size, 0);
      assert.equal((await send(TRACES, JSON_TYPE, traceRequest)).status, 200);
    });
  }

  it('refuses methods other than POST with 405', async () => {
    assert.equal((await send(TRACES, JSON_TYPE, '{}', 'PUT')).status, 405);
  });

  it('listens on loopback only, and not any more once it is stopped', async () => {
    assert.equal(new URL(receiver.url).hostname, '127.0.0.1');
    await receiver.stop();
    await assert.rejects(fetch(receiver.url));
    receiver = await startReceiver({ spans, onProfiles: () => {} });
  });
});
