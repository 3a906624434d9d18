import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Metadata, status } from '@grpc/grpc-js';
import { decodeProfiles, encodeResponse } from '../../examples/receiver/decode.ts';
import type { OtlpExporterOptions } from '../../src/config/otlp-options.ts';
import type { ExportCounts } from '../../src/export/export-counts.ts';
import type { ExportOutcome } from '../../src/export/exporter.ts';
import { OtlpProfileExporter } from '../../src/export/otlp-exporter.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import {
  acceptCall,
  type GrpcAnswer,
  type OtlpGrpcServer,
  retryInfo,
  startOtlpGrpcServer,
} from '../support/otlp-grpc-server.ts';
import { profile, profilesData } from '../support/profiles-data.ts';
import { until } from '../support/settled.ts';

const NOTHING = { sent: 0, retried: 0, failed: 0, dropped: 0, lostByReason: {}, rejectedProfiles: 0 };

/** gRPC's own retries of a call that was refused by the transport would hide ours. */
const failing = (code: status, metadata = new Metadata()): GrpcAnswer => {
  return (answer) => answer({ code, details: 'no luck', metadata });
};

describe('OtlpProfileExporter over gRPC', () => {
  let server: OtlpGrpcServer;
  let diagLines: DiagLines;
  let exporter: OtlpProfileExporter;

  beforeEach(() => (diagLines = recordDiag()));

  afterEach(async () => {
    diagLines.stop();
    await exporter.shutdown();
    server.close();
  });

  async function start(answer: GrpcAnswer, options: OtlpExporterOptions = {}): Promise<void> {
    server = await startOtlpGrpcServer(answer);
    exporter = new OtlpProfileExporter({ protocol: 'grpc', url: server.url, ...options });
  }

  const send = (): Promise<ExportOutcome> => exporter.export(profilesData(profile()));

  async function expectFailure(message: RegExp): Promise<void> {
    const outcome = await send();
    assert.equal(outcome.status, 'failure');
    assert.match(outcome.error.message, message);
  }

  function expectCounts(counts: Partial<ExportCounts>): void {
    assert.deepEqual(exporter.counts, { ...NOTHING, ...counts });
  }

  it('calls ProfilesService/Export with the request as protobuf and the headers as metadata', async () => {
    await start(acceptCall, { headers: { Authorization: 'Bearer abc', 'trace-bin': 'AAEC' } });
    assert.deepEqual(await send(), { status: 'success' });
    assert.equal(decodeProfiles(server.requests[0]!).resource['service.name'], 'shop');
    const [{ metadata }] = server.calls as [OtlpGrpcServer['calls'][number]];
    assert.deepEqual(metadata.get('authorization'), ['Bearer abc']);
    assert.deepEqual(metadata.get('trace-bin'), [Buffer.from([0, 1, 2])]);
    assert.deepEqual(metadata.get('otlp-profiles-development-version'), ['1']);
    assert.match(String(metadata.get('user-agent')[0]), /^otel-taskprof\/\S+ OTel-OTLP-Exporter-JavaScript\/\S+ /);
    assert.equal(metadata.get('grpc-encoding').length, 0);
    expectCounts({ sent: 1 });
    assert.deepEqual(diagLines.lines, []);
  });

  it('compresses with gzip where that is wanted, and closes its connection at shutdown', async () => {
    const encodings: unknown[] = [];
    const http2 = createServer();
    http2.on('stream', (stream, headers) => {
      encodings.push(headers['grpc-encoding']);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true });
    });
    const closed = new Promise<unknown>((resolve) => http2.on('session', (session) => session.on('close', resolve)));
    http2.listen(0, '127.0.0.1');
    await once(http2, 'listening');
    const url = `http://127.0.0.1:${(http2.address() as AddressInfo).port}`;
    for (const compression of ['gzip', 'none'] as const) {
      exporter = new OtlpProfileExporter({ protocol: 'grpc', url, compression });
      await send();
      await exporter.shutdown();
    }
    await closed;
    http2.close();
    assert.deepEqual(encodings, ['gzip', undefined]);

    await start(acceptCall, { compression: 'gzip' });
    await send();
    assert.equal(decodeProfiles(server.requests[0]!).resource['service.name'], 'shop');
  });

  for (const code of [
    'CANCELLED',
    'DEADLINE_EXCEEDED',
    'ABORTED',
    'OUT_OF_RANGE',
    'UNAVAILABLE',
    'DATA_LOSS',
  ] as const) {
    it(`retries on ${code}`, async () => {
      await start((answer, index, call) =>
        // RetryInfo, so that the test need not wait for a second.
        index === 0
          ? failing(status[code], retryInfo(0, 1_000_000))(answer, index, call)
          : acceptCall(answer, index, call),
      );
      assert.deepEqual(await send(), { status: 'success' });
      assert.equal(server.requests.length, 2);
      assert.deepEqual(server.requests[1], server.requests[0]);
      expectCounts({ sent: 1, retried: 1 });
    });
  }

  for (const code of [
    'UNKNOWN',
    'INVALID_ARGUMENT',
    'NOT_FOUND',
    'PERMISSION_DENIED',
    'UNIMPLEMENTED',
    'INTERNAL',
  ] as const) {
    it(`does not retry on ${code}, and tells why`, async () => {
      await start(failing(status[code], retryInfo(0, 0)));
      await expectFailure(new RegExp(`^gRPC ${code}: no luck$`));
      assert.equal(server.requests.length, 1);
      expectCounts({ failed: 1, lostByReason: { [code]: 1 } });
      assert.match(diagLines.lines.join(), new RegExp(`^error .*gRPC ${code}: no luck`));
    });
  }

  it('retries on RESOURCE_EXHAUSTED where the receiver says when', async () => {
    await start((answer, index, call) =>
      index === 0
        ? failing(status.RESOURCE_EXHAUSTED, retryInfo(0, 5_000_000))(answer, index, call)
        : acceptCall(answer, index, call),
    );
    assert.deepEqual(await send(), { status: 'success' });
    expectCounts({ sent: 1, retried: 1 });
  });

  it('does not retry on RESOURCE_EXHAUSTED where it does not', async () => {
    await start(failing(status.RESOURCE_EXHAUSTED));
    await expectFailure(/^gRPC RESOURCE_EXHAUSTED/);
    assert.equal(server.requests.length, 1);
  });

  it('waits as long as RetryInfo says', async () => {
    const times: number[] = [];
    await start((answer, index, call) => {
      times.push(performance.now());
      return index === 0
        ? failing(status.UNAVAILABLE, retryInfo(2, 1_000_000))(answer, index, call)
        : acceptCall(answer, index, call);
    });
    assert.deepEqual(await send(), { status: 'success' });
    // Our own first pause would be 1.2 s at most.
    assert.ok(times[1]! - times[0]! > 1_900);
  });

  it('does not retry where RetryInfo is beyond the timeout', async () => {
    await start(failing(status.UNAVAILABLE, retryInfo(60, 0)));
    await expectFailure(/^gRPC UNAVAILABLE: no luck$/);
    assert.equal(server.requests.length, 1);
  });

  it('cuts a call off that is not answered, and the receiver sees it', async () => {
    await start(() => {}, { timeoutMillis: 300 });
    const outcome = send();
    await until(() => server.calls.length === 1);
    const cancelled = once(server.calls[0]!, 'cancelled');
    const result = await outcome;
    assert.equal(result.status === 'failure' && result.error.message, 'no complete answer within 300 ms');
    await cancelled;
    expectCounts({ failed: 1, lostByReason: { timeout: 1 } });
  });

  it('reports a partial success, counts it and does not retry', async () => {
    await start((answer) =>
      answer(null, Buffer.from(encodeResponse({ rejectedProfiles: 2, errorMessage: 'too many labels' }))),
    );
    assert.deepEqual(await send(), { status: 'success' });
    expectCounts({ sent: 1, rejectedProfiles: 2 });
    assert.match(diagLines.lines[0]!, /rejected 2 of its profiles: too many labels$/);
    assert.equal(server.requests.length, 1);
  });

  it('accepts success with an answer that is none, and says so', async () => {
    await start((answer) => answer(null, Buffer.from('garbage')));
    assert.deepEqual(await send(), { status: 'success' });
    assert.match(diagLines.lines[0]!, /not that of an OTLP receiver/);
  });

  it('does not read an answer of 100 MB', async () => {
    await start((answer) => answer(null, Buffer.alloc(100_000_000)));
    await expectFailure(/^gRPC RESOURCE_EXHAUSTED: .*larger than max/);
    expectCounts({ failed: 1, lostByReason: { RESOURCE_EXHAUSTED: 1 } });
  });

  it('fails where nobody listens', async () => {
    await start(acceptCall, { timeoutMillis: 700 });
    server.close();
    await expectFailure(/^gRPC UNAVAILABLE: .*ECONNREFUSED/);
    expectCounts({ failed: 1, lostByReason: { UNAVAILABLE: 1 } });
  });

  it('drops what comes after the shutdown', async () => {
    await start(acceptCall);
    await exporter.shutdown();
    await expectFailure(/^the exporter is shut down$/);
    assert.equal(server.requests.length, 0);
    expectCounts({ dropped: 1, lostByReason: { shutdown: 1 } });
  });
});
