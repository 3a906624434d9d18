import assert from 'node:assert/strict';
import { type DecodedProfiles, decodeProfiles } from '../../examples/receiver/decode.ts';
import type { OtlpProtocol } from '../../src/config/otlp-options.ts';
import { REGISTER } from '../support/entry-points.ts';
import { type OtlpGrpcServer, startOtlpGrpcServer } from '../support/otlp-grpc-server.ts';
import { jsonToProtobuf } from '../support/otlp-json.ts';
import { type OtlpServer, startOtlpServer } from '../support/otlp-server.ts';
import { appFile, type Ended, runApp } from './child-app.ts';

const OURS = `--import=${REGISTER}`;

describe('otel-taskprof/register and the protocols of OTLP', () => {
  let http: OtlpServer;
  let grpc: OtlpGrpcServer;

  beforeEach(async () => {
    http = await startOtlpServer();
    grpc = await startOtlpGrpcServer();
  });

  afterEach(async () => {
    grpc.close();
    await http.close();
  });

  /** Runs an application whose environment names this protocol for all signals. */
  function run(protocol: OtlpProtocol, nodeOptions: readonly string[] = []): Promise<Ended> {
    const endpoint = protocol === 'grpc' ? grpc.url : http.url.replace('/v1development/profiles', '');
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_LOG_LEVEL: 'error' };
    return runApp(endpoint, { app: 'loaded.cjs', nodeOptions: [OURS, ...nodeOptions], env });
  }

  function expectParkedTask(messages: readonly DecodedProfiles[]): void {
    const samples = messages.flatMap(({ profiles }) => profiles.flatMap((profile) => profile.samples));
    assert.ok(samples.some(({ stack }) => stack.some(({ functionName }) => functionName === 'waitForever')));
  }

  it('delivers over HTTP as protobuf, and does not load gRPC', async () => {
    const { code, stdout, stderr } = await run('http/protobuf');
    assert.deepEqual([code, stderr], [0, '']);
    expectParkedTask(http.requests.map(({ body }) => decodeProfiles(body)));
    assert.match(stdout, /gRPC was not loaded/);
  });

  it('delivers over HTTP as JSON, and does not load gRPC', async () => {
    const { code, stdout, stderr } = await run('http/json');
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(http.requests[0]?.headers['content-type'], 'application/json');
    expectParkedTask(http.requests.map(({ body }) => decodeProfiles(jsonToProtobuf(body))));
    assert.match(stdout, /gRPC was not loaded/);
  });

  it('delivers over gRPC', async () => {
    const { code, stdout, stderr } = await run('grpc');
    assert.deepEqual([code, stderr], [0, '']);
    expectParkedTask(grpc.requests.map(decodeProfiles));
    assert.match(stdout, /gRPC was loaded/);
  });

  it('says what is missing where gRPC is wanted but not installed, and leaves the application alone', async () => {
    const { code, stderr, stdout } = await run('grpc', [`--require=${appFile('without-grpc.cjs')}`]);
    assert.equal(code, 0);
    assert.match(stderr + stdout, /gRPC needs the package @grpc\/grpc-js, which does not load: Cannot find module/);
  });
});
