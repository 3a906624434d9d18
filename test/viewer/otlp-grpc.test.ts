import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Settings } from 'node:http2';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { OtlpProfileExporter } from '../../src/index.ts';
import type { Overview } from '../../src/viewer/page-data.ts';
import { ask, messageOf, protobufOf, stopViewers, tasks, tasksAt, viewerForTest } from './viewer-data.ts';

const PROFILES = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';
const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const unchanged = (bytes: Buffer): Buffer => bytes;

async function call(url: string, method: string, bytes: Uint8Array): Promise<ServiceError | null> {
  const client = new Client(new URL(url).host, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const error = await new Promise<ServiceError | null>((resolve) => {
    client.makeUnaryRequest(method, unchanged, unchanged, Buffer.from(bytes), (failure) => resolve(failure));
  });
  client.close();
  return error;
}

describe('the OTLP/gRPC receiver', () => {
  afterEach(stopViewers);

  it('takes what our own exporter sends', async () => {
    const viewer = await viewerForTest({ grpcPort: 0 });
    const exporter = new OtlpProfileExporter({ protocol: 'grpc', url: viewer.grpcUrl! });
    const result = await exporter.export(messageOf('shop', tasksAt(0, tasks(3, 'acquire handle'))));
    await exporter.shutdown();
    assert.equal(result.status, 'success');
    assert.equal((await ask<Overview>(viewer, 'overview')).profiles, 1);
  });

  it('says what is wrong, and goes on', async () => {
    const viewer = await viewerForTest({ grpcPort: 0 });
    const bytes = protobufOf(messageOf('shop', tasksAt(0, tasks(3, 'acquire handle'))));
    const broken = await call(viewer.grpcUrl!, PROFILES, bytes.subarray(0, -3));
    assert.equal(broken?.code, status.INVALID_ARGUMENT);
    assert.match(broken.details, /goes \d+ bytes? beyond|ends within/);
    assert.equal(
      (await call(viewer.grpcUrl!, PROFILES, new Uint8Array(21 * 2 ** 20)))?.code,
      status.RESOURCE_EXHAUSTED,
    );
    assert.equal(
      (await call(viewer.grpcUrl!, '/opentelemetry.proto.collector.logs.v1.LogsService/Export', bytes))?.code,
      status.UNIMPLEMENTED,
    );
    assert.equal(await call(viewer.grpcUrl!, TRACES, new Uint8Array()), null);
    assert.equal(await call(viewer.grpcUrl!, PROFILES, bytes), null);
    assert.equal((await ask<Overview>(viewer, 'overview')).profiles, 1);
  });

  it('takes sixteen messages of a connection at once', async () => {
    const { grpcUrl } = await viewerForTest({ grpcPort: 0 });
    const session = connect(grpcUrl!);
    const [settings] = (await once(session, 'remoteSettings')) as [Settings];
    assert.equal(settings.maxConcurrentStreams, 16);
    session.close();
  });
});
