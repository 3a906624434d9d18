import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { OtlpExporterOptions, OtlpProtocol } from '../../src/config/otlp-options.ts';
import type { ExportOutcome } from '../../src/export/exporter.ts';
import { OtlpProfileExporter } from '../../src/export/otlp-exporter.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { accept, type Answer, type OtlpServer, startOtlpServer } from '../support/otlp-server.ts';
import { profile, profilesData } from '../support/profiles-data.ts';
import { type RawServer, startRawServer } from '../support/raw-server.ts';
import { until } from '../support/settled.ts';

const CHUNK = Buffer.alloc(2 ** 20, 'x');

/** Writes 100 MB as fast as they are taken. */
const hundredMegabytes =
  (status: number): Answer =>
  (response) => {
    response.writeHead(status);
    let chunks = 0;
    const writeSome = (): void => {
      while (chunks++ < 100) if (!response.write(CHUNK)) return void response.once('drain', writeSome);
      response.end();
    };
    writeSome();
  };

/** What a broken receiver may send instead of an answer. */
const GARBAGE: Record<string, (socket: Socket) => void> = {
  'bytes that mean nothing': (socket) => socket.end(Buffer.from([0, 255, 1, 254, 10, 13, 10, 13])),
  'no bytes at all': (socket) => socket.end(),
  'a greeting of another protocol': (socket) => void socket.write('220 mail.example ESMTP\r\n'),
  'a switch of protocols': (socket) =>
    void socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
  'a header without end': (socket) => void socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}`),
  'a length that is none': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'),
  'a status without a meaning': (socket) => socket.end('HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n'),
};

describe('OtlpProfileExporter and receivers at fault', () => {
  let server: OtlpServer | undefined;
  let raw: RawServer | undefined;
  let diagLines: DiagLines;
  let exporter: OtlpProfileExporter;
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);

  beforeEach(() => {
    diagLines = recordDiag();
    warnings.length = 0;
    process.on('warning', onWarning);
  });

  afterEach(async () => {
    diagLines.stop();
    await exporter.shutdown();
    await server?.close();
    raw?.close();
    server = raw = undefined;
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });

  async function start(answer: Answer, options: OtlpExporterOptions = {}): Promise<void> {
    server = await startOtlpServer(answer);
    exporter = new OtlpProfileExporter({ url: server.url, ...options });
  }

  async function startRaw(onRequest: (socket: Socket) => void, options: OtlpExporterOptions): Promise<void> {
    raw = await startRawServer(onRequest);
    exporter = new OtlpProfileExporter({ url: `http://127.0.0.1:${raw.port}`, ...options });
  }

  const send = (): Promise<ExportOutcome> => exporter.export(profilesData(profile()));

  async function expectFailure(message: RegExp): Promise<void> {
    const outcome = await send();
    assert.equal(outcome.status, 'failure');
    assert.match(outcome.error.message, message);
  }

  /** Every export was counted once, and the reasons add up. */
  function expectComplete(exports: number): void {
    const { sent, failed, dropped, lostByReason } = exporter.counts;
    assert.equal(sent + failed + dropped, exports);
    assert.equal(
      Object.values(lostByReason).reduce((sum, count) => sum + count, 0),
      failed + dropped,
    );
  }

  it('tries again after a connection that was reset in the middle of the request', async () => {
    await start((response, index) => {
      if (index === 0) response.socket!.resetAndDestroy();
      else accept(response, index);
    });
    assert.deepEqual(await send(), { status: 'success' });
    assert.equal(exporter.counts.retried, 1);
    assert.equal(server!.requests.length, 2);
  });

  it('does not send again what was taken, where the answer is reset in the middle', async () => {
    await start((response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('half', () => {
        setImmediate(() => response.socket!.resetAndDestroy());
      });
    });
    assert.deepEqual(await send(), { status: 'success' });
    assert.equal(server!.requests.length, 1);
    assert.match(diagLines.lines.join(), /its answer is not that of an OTLP receiver/);
  });

  it('tries at once where Retry-After is 0, five times at most', async () => {
    await start((response) => void response.writeHead(429, { 'Retry-After': '0' }).end());
    await expectFailure(/^HTTP 429 Too Many Requests$/);
    assert.equal(server!.requests.length, 6);
    assert.equal(exporter.counts.retried, 5);
    expectComplete(1);
  });

  it('waits its own time where Retry-After cannot be read', async () => {
    await start((response) => void response.writeHead(503, { 'Retry-After': 'soon' }).end(), { timeoutMillis: 700 });
    await expectFailure(/^HTTP 503 Service Unavailable$/);
    assert.equal(server!.requests.length, 1);
  });

  it('gives up within the timeout on 503 for ever', async () => {
    await start((response) => void response.writeHead(503).end(), { timeoutMillis: 3_000 });
    await expectFailure(/^HTTP 503 Service Unavailable$/);
    // After pauses of 0.8 to 1.2 and 1.2 to 1.8 seconds; the next would be too long.
    const { retried } = exporter.counts;
    assert.equal(server!.requests.length, 1 + retried);
    assert.ok(retried === 2 || retried === 1, `${retried} retries`);
    expectComplete(1);
  });

  for (const [when, answer] of Object.entries<Answer>({
    'that the receiver does not answer': () => undefined,
    'between two tries': (response) => void response.writeHead(503, { 'Retry-After': '100' }).end(),
  })) {
    it(`gives up at once what nobody wants any more: ${when}`, async () => {
      await start(answer, { timeoutMillis: 200_000 });
      const wish = new AbortController();
      const outcome = exporter.export(profilesData(profile()), { signal: wish.signal });
      await until(() => server!.requests.length === 1);
      await new Promise(setImmediate);
      wish.abort();
      assert.equal((await outcome).status, 'failure');
      assert.deepEqual(exporter.counts.lostByReason, { shutdown: 1 });
      assert.match(diagLines.lines.join(), /were dropped: the profiler was stopped/);
      assert.equal(server!.requests.length, 1);
    });
  }

  it('waits for a receiver that is slow to answer', async () => {
    await start((response, index) => void setTimeout(() => accept(response, index), 300), { timeoutMillis: 5_000 });
    assert.deepEqual(await send(), { status: 'success' });
    assert.equal(server!.requests.length, 1);
  });

  it('ends its shutdown within the timeout where a receiver never answers, and holds no connection', async () => {
    await start(() => {}, { timeoutMillis: 300 });
    const outcome = send();
    await until(() => server!.requests.length === 1);
    await exporter.shutdown();
    assert.equal((await outcome).status, 'failure');
    const [connection] = server!.connections;
    await until(() => connection!.destroyed);
    assert.deepEqual(exporter.counts.lostByReason, { timeout: 1 });
  });

  for (const status of [200, 400, 503]) {
    it(`does not read an answer of 100 MB with the status ${status}`, async () => {
      await start(hundredMegabytes(status));
      await expectFailure(new RegExp(`^HTTP ${status} with an answer of more than 4 MiB$`));
      assert.equal(server!.requests.length, 1);
      assert.ok(server!.connections[0]!.bytesWritten < 50_000_000);
      expectComplete(1);
    });
  }

  it('keeps room for 20 reasons only, and counts what comes beyond as other', async () => {
    await start((response, index) => void response.writeHead(401 + index).end());
    for (let i = 0; i < 25; i++) await send();
    const { lostByReason } = exporter.counts;
    assert.equal(Object.keys(lostByReason).length, 21);
    assert.equal(lostByReason.other, 5);
    expectComplete(25);
  }).timeout(60_000);

  for (const protocol of ['http/protobuf', 'http/json', 'grpc'] satisfies OtlpProtocol[]) {
    for (const [what, answer] of Object.entries(GARBAGE)) {
      it(`survives ${what} over ${protocol}`, async () => {
        await startRaw(answer, { protocol, timeoutMillis: 500 });
        await expectFailure(/./);
        expectComplete(1);
      });
    }
  }
});
