import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { decodeProfiles, encodeResponse } from '../../examples/receiver/decode.ts';
import { isOwnContext } from '../../src/base/own-context.ts';
import type { OtlpExporterOptions } from '../../src/config/otlp-options.ts';
import type { ExportCounts } from '../../src/export/export-counts.ts';
import type { ExportOutcome } from '../../src/export/exporter.ts';
import { OtlpProfileExporter } from '../../src/export/otlp-exporter.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { accept, type Answer, type OtlpServer, startOtlpServer } from '../support/otlp-server.ts';
import { profile, profilesData } from '../support/profiles-data.ts';
import { until } from '../support/settled.ts';

const NOTHING = { sent: 0, retried: 0, failed: 0, dropped: 0, lostByReason: {}, rejectedProfiles: 0 };

describe('OtlpProfileExporter', () => {
  let server: OtlpServer;
  let diagLines: DiagLines;
  let exporter: OtlpProfileExporter;

  beforeEach(() => (diagLines = recordDiag()));

  afterEach(async () => {
    diagLines.stop();
    await exporter.shutdown();
    await server.close();
  });

  async function start(answer: Answer, options: OtlpExporterOptions = {}): Promise<void> {
    server = await startOtlpServer(answer);
    exporter = new OtlpProfileExporter({ url: server.url, ...options });
  }

  const send = (): Promise<ExportOutcome> => exporter.export(profilesData(profile()));

  function expectFailure(outcome: ExportOutcome, message: RegExp): void {
    assert.equal(outcome.status, 'failure');
    assert.match(outcome.error.message, message);
  }

  function expectCounts(counts: Partial<ExportCounts>): void {
    assert.deepEqual(exporter.counts, { ...NOTHING, ...counts });
  }

  /** The lines for users, without what the transport says for its own developers. */
  const told = (): string[] => diagLines.lines.filter((line) => line.includes('otel-taskprof'));

  it('posts the request as protobuf', async () => {
    await start(accept, { headers: { authorization: 'Bearer abc' } });
    assert.deepEqual(await send(), { status: 'success' });
    const [request] = server.requests;
    assert.equal(request?.method, 'POST');
    assert.equal(request.path, '/v1development/profiles');
    assert.equal(request.headers['content-type'], 'application/x-protobuf');
    assert.equal(request.headers.authorization, 'Bearer abc');
    assert.equal(request.headers['otlp-profiles-development-version'], '1');
    assert.equal(request.headers['content-encoding'], undefined);
    assert.equal(decodeProfiles(request.body).profiles[0]?.sampleType.type, 'tasks');
    expectCounts({ sent: 1 });
    assert.deepEqual(told(), []);
  });

  it('says once where profiles arrive', async () => {
    await start(accept);
    await send();
    await send();
    const { href } = new URL('/v1development/profiles', server.url);
    assert.deepEqual(diagLines.arrivals, [`info otel-taskprof: profiles arrive at ${href}`]);
  });

  it('keeps its connection from one export to the next, and closes it at shutdown', async () => {
    await start(accept);
    for (let i = 0; i < 3; i++) await send();
    assert.equal(server.connections.length, 1);
    const closed = once(server.connections[0]!, 'close');
    await exporter.shutdown();
    await closed;
  });

  it('compresses with gzip', async () => {
    await start(accept, { compression: 'gzip' });
    await send();
    assert.equal(server.requests[0]?.headers['content-encoding'], 'gzip');
    assert.equal(decodeProfiles(gunzipSync(server.requests[0].body)).resource['service.name'], 'shop');
  });

  it('exports in its own context, with tracing suppressed', async () => {
    const seen: boolean[] = [];
    const look = (): void => void seen.push(isTracingSuppressed(context.active()), isOwnContext(context.active()));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    subscribe('http.client.request.start', look);
    try {
      await start(accept);
      await send();
      assert.deepEqual(seen, [true, true]);
      assert.equal(isOwnContext(context.active()), false);
    } finally {
      unsubscribe('http.client.request.start', look);
      context.disable();
    }
  });

  it('fails without a retry on 400, and tells why', async () => {
    await start((response) => void response.writeHead(400).end('\b\u0003\u0012\u0007no good'));
    expectFailure(await send(), /Bad Request/);
    assert.equal(server.requests.length, 1);
    expectCounts({ failed: 1, lostByReason: { 'HTTP 400': 1 } });
    assert.equal(told().length, 1);
    assert.match(told()[0]!, /^error .*HTTP 400 Bad Request: no good \(1 failed/);
  });

  it('tells of one kind of failure once, and of the next kind again', async () => {
    await start((response, index) => void response.writeHead(index < 3 ? 400 : 401).end());
    for (let i = 0; i < 5; i++) await send();
    expectCounts({ failed: 5, lostByReason: { 'HTTP 400': 3, 'HTTP 401': 2 } });
    assert.deepEqual(
      told().map((line) => /HTTP \d+/.exec(line)?.[0]),
      ['HTTP 400', 'HTTP 401'],
    );
  });

  for (const status of [429, 502, 503, 504]) {
    it(`retries on ${status} at the time that Retry-After says`, async () => {
      await start((response, index) => {
        if (index > 0) accept(response, index);
        else response.writeHead(status, { 'Retry-After': 'Thu, 01 Jan 2026 00:00:00 GMT' }).end();
      });
      assert.deepEqual(await send(), { status: 'success' });
      assert.equal(server.requests.length, 2);
      assert.deepEqual(server.requests[1]?.body, server.requests[0]?.body);
      expectCounts({ sent: 1, retried: 1 });
    });
  }

  it('waits the seconds of Retry-After', async () => {
    const times: number[] = [];
    await start((response, index) => {
      times.push(performance.now());
      if (index > 0) accept(response, index);
      else response.writeHead(503, { 'Retry-After': '2' }).end();
    });
    assert.deepEqual(await send(), { status: 'success' });
    // The transport's own first pause would be 1.2 s at most.
    assert.ok(times[1]! - times[0]! > 1900);
  });

  it('does not retry where Retry-After is beyond the timeout', async () => {
    await start((response) => void response.writeHead(503, { 'Retry-After': '60' }).end());
    expectFailure(await send(), /^HTTP 503 Service Unavailable$/);
    assert.equal(server.requests.length, 1);
    assert.match(told().join(), /HTTP 503 Service Unavailable/);
  });

  it('does not retry on 500', async () => {
    await start((response) => void response.writeHead(500, { 'Retry-After': '0' }).end());
    expectFailure(await send(), /Internal Server Error/);
    assert.equal(server.requests.length, 1);
  });

  it('gives up on a receiver that does not answer', async () => {
    await start(() => {}, { timeoutMillis: 100 });
    expectFailure(await send(), /^no complete answer within 100 ms$/);
    expectCounts({ failed: 1, lostByReason: { timeout: 1 } });
  });

  it('gives up on a receiver whose answer never ends, and closes the connection', async () => {
    let response: ServerResponse | undefined;
    const dribble: Answer = (started) => {
      response = started.writeHead(200);
      const timer = setInterval(() => started.write('.'), 10);
      started.on('close', () => clearInterval(timer));
    };
    await start(dribble, { timeoutMillis: 200 });
    expectFailure(await send(), /^no complete answer within 200 ms$/);
    if (!response?.closed) await once(response!, 'close');
  });

  it('fails where nobody listens, and tells when profiles arrive again', async () => {
    await start(accept, { timeoutMillis: 700 });
    await server.close();
    for (let i = 0; i < 3; i++) expectFailure(await send(), /ECONNREFUSED/);
    expectCounts({ failed: 3, lostByReason: { ECONNREFUSED: 3 } });
    assert.equal(told().length, 1);
    server = await startOtlpServer(accept, { port: server.port });
    assert.deepEqual(await send(), { status: 'success' });
    assert.deepEqual(await send(), { status: 'success' });
    assert.equal(told().length, 2);
    assert.match(told()[1]!, /^info .* again; so far 3 exports failed/);
  });

  it('fails where the connection is cut', async () => {
    await start((response) => void response.destroy(), { timeoutMillis: 700 });
    expectFailure(await send(), /socket hang up|ECONNRESET/);
  });

  it('reports a partial success once, counts it and does not retry', async () => {
    const answer = encodeResponse({ rejectedProfiles: 2, errorMessage: 'too many labels' });
    await start((response) => void response.end(answer));
    for (let i = 0; i < 3; i++) assert.deepEqual(await send(), { status: 'success' });
    assert.equal(server.requests.length, 3);
    expectCounts({ sent: 3, rejectedProfiles: 6 });
    assert.equal(diagLines.lines.filter((line) => line.startsWith('warn')).length, 1);
    assert.match(told()[0]!, /rejected 2 of its profiles: too many labels$/);
  });

  it('reports a partial success that is told in JSON', async () => {
    const answer = JSON.stringify({ partialSuccess: { rejectedProfiles: '2', errorMessage: 'too many labels' } });
    await start((response) => void response.end(answer), { protocol: 'http/json' });
    assert.deepEqual(await send(), { status: 'success' });
    assert.equal(server.requests[0]?.headers['content-type'], 'application/json');
    expectCounts({ sent: 1, rejectedProfiles: 2 });
    assert.match(told()[0]!, /rejected 2 of its profiles: too many labels$/);
  });

  it('reports the next partial success where its message differs', async () => {
    await start(
      (response, index) => void response.end(encodeResponse({ errorMessage: index < 2 ? 'first' : 'second' })),
    );
    for (let i = 0; i < 4; i++) await send();
    assert.deepEqual(
      told().map((line) => line.split(': ').at(-1)),
      ['first', 'second'],
    );
  });

  for (const garbage of ['<html>Welcome</html>', '{"partialSuccess":{}}', '\u000a\u007fcut']) {
    it(`accepts success with the answer ${JSON.stringify(garbage)}, and says so once`, async () => {
      await start((response) => void response.end(garbage));
      for (let i = 0; i < 2; i++) assert.deepEqual(await send(), { status: 'success' });
      assert.deepEqual(diagLines.lines.filter((line) => line.startsWith('warn')).length, 1);
      assert.match(told()[0]!, /not that of an OTLP receiver/);
    });
  }

  it('drops what comes beyond the limit of exports under way, and holds none of it', async () => {
    await start(() => {}, { timeoutMillis: 1_000, concurrencyLimit: 3 });
    const references: WeakRef<object>[] = [];
    const outcomes = Array.from({ length: 50 }, () => {
      const data = profilesData(profile());
      references.push(new WeakRef(data));
      return exporter.export(data);
    });
    await Promise.all(outcomes.slice(3));
    expectCounts({ dropped: 47, lostByReason: { limit: 47 } });
    await until(() => server.requests.length === 3);
    // References made in this turn hold until its end.
    await new Promise(setImmediate);
    gc!();
    assert.deepEqual(references.filter((reference) => reference.deref()).length, 0);
    await Promise.all(outcomes);
    expectCounts({ failed: 3, dropped: 47, lostByReason: { limit: 47, timeout: 3 } });
    assert.equal(server.requests.length, 3);
    assert.equal(told().length, 2);
  });

  it('exports again after a receiver that did not answer', async () => {
    await start((response, index) => (index < 2 ? undefined : accept(response, index)), {
      timeoutMillis: 200,
      concurrencyLimit: 2,
    });
    await Promise.all([send(), send(), send()]);
    assert.deepEqual(await send(), { status: 'success' });
    expectCounts({ sent: 1, failed: 2, dropped: 1, lostByReason: { limit: 1, timeout: 2 } });
  });

  it('cuts off one export and not those beside it', async () => {
    let finishSecond: (() => void) | undefined;
    await start(
      (response, index) => {
        if (index === 1) finishSecond = () => accept(response, index);
      },
      { timeoutMillis: 800 },
    );
    const first = send();
    while (server.requests.length === 0) await new Promise(setImmediate);
    // So that their deadlines are apart.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const second = send();
    expectFailure(await first, /within 800 ms/);
    finishSecond!();
    assert.deepEqual(await second, { status: 'success' });
    assert.equal(server.requests.length, 2);
  });

  it('does not send a request of more than 64 MiB', async () => {
    await start(accept);
    const outcome = await exporter.export(profilesData(profile({ attributes: { huge: 'x'.repeat(64 * 2 ** 20) } })));
    expectFailure(outcome, /67\d+ bytes/);
    assert.equal(server.requests.length, 0);
    expectCounts({ dropped: 1, lostByReason: { size: 1 } });
  });

  it('counts data that cannot be encoded as a failure', async () => {
    await start(accept);
    const broken = { ...profilesData(), profiles: undefined };
    expectFailure(await exporter.export(broken as never), /undefined|iterable/);
    expectCounts({ failed: 1, lostByReason: { TypeError: 1 } });
  });

  it('waits at forceFlush and at shutdown for what is under way', async () => {
    const answers: (() => void)[] = [];
    await start((response, index) => void answers.push(() => accept(response, index)));
    for (const wait of [() => exporter.forceFlush(), () => exporter.shutdown()]) {
      const events: string[] = [];
      send().then(() => events.push('exported'));
      const waited = wait().then(() => events.push('waited'));
      while (answers.length === 0) await new Promise(setImmediate);
      assert.deepEqual(events, []);
      answers.pop()!();
      await waited;
      assert.deepEqual(events, ['exported', 'waited']);
    }
    expectFailure(await send(), /shut down/);
    expectCounts({ sent: 2, dropped: 1, lostByReason: { shutdown: 1 } });
  });

  it('shows no credentials of the URL', async () => {
    await start((response) => void response.writeHead(403).end());
    const { port } = server;
    exporter = new OtlpProfileExporter({ url: `http://user:secret@127.0.0.1:${port}/in?key=secret` });
    await send();
    assert.match(told()[0]!, /127\.0\.0\.1:\d+\/in: HTTP 403/);
    assert.doesNotMatch(diagLines.lines.join(), /secret/);
  });
});
