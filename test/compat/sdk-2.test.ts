import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProfiles } from '../../examples/receiver/decode.ts';
import { type ChildApp, type Ended, appFile, runApp } from '../instrumentation/child-app.ts';
import { OtlpReceiver } from '../instrumentation/otlp-receiver.ts';
import { METRICS } from '../../src/metrics/metric-table.ts';
import { startOtlpGrpcServer } from '../support/otlp-grpc-server.ts';
import { npmProject } from '../package/npm-project.ts';
import { SDK_2 } from './versions.ts';

const OURS = '--import=otel-taskprof/register';
const AUTO = '--import=@opentelemetry/auto-instrumentations-node/register';
const INSTALL_TIMEOUT_MILLIS = 300_000;

const SETUPS: Record<string, ChildApp> = {
  NodeSDK: { app: 'sdk.mjs' },
  'NodeSDK in CommonJS': { app: 'sdk.cjs' },
  'NodeSDK with a resource in code': { app: 'sdk.mjs', env: { APP_SETUP: 'resource' } },
  'NodeSDK with a slow detector': { app: 'sdk.mjs', env: { APP_SETUP: 'detector' } },
  'register and a NodeSDK in the application': { app: 'sdk.mjs', nodeOptions: [OURS], env: { APP_PROFILER: 'none' } },
};

const AUTO_SETUPS: Record<string, ChildApp> = {
  'register before that of auto-instrumentations': { app: 'plain.mjs', nodeOptions: [OURS, AUTO] },
  'register after that of auto-instrumentations': { app: 'plain.cjs', nodeOptions: [AUTO, OURS] },
};

for (const [name, dependencies] of Object.entries(SDK_2)) {
  describe(`beside ${name}`, () => {
    let folder: string;
    let receiver: OtlpReceiver;

    before(function () {
      this.timeout(INSTALL_TIMEOUT_MILLIS);
      folder = npmProject(name.replaceAll(' ', '-'), dependencies);
      cpSync(appFile(''), join(folder, 'apps'), { recursive: true });
    });

    beforeEach(async () => {
      receiver = new OtlpReceiver();
      await receiver.start();
    });

    afterEach(() => receiver.stop());

    const run = (child: ChildApp): Promise<Ended> =>
      runApp(receiver.url, { ...child, app: join(folder, 'apps', child.app), cwd: folder });

    const setups = { ...SETUPS, ...('@opentelemetry/auto-instrumentations-node' in dependencies && AUTO_SETUPS) };
    for (const [setup, child] of Object.entries(setups)) {
      it(`delivers on SIGTERM, with the traces' resource: ${setup}`, async () => {
        const interval = { OTEL_TASKPROF_EXPORT_INTERVAL: '600000' };
        const env = { APP_END: 'handle', OTEL_SERVICE_NAME: 'shop', ...interval, ...child.env };
        const inputEnds = receiver.until(() => receiver.profiles.length > 0 && receiver.traces.length > 0);
        const ended = await run({ ...child, env, signal: 'SIGTERM', inputEnds });

        assert.equal(ended.stderr, '');
        assert.equal(ended.code, 7);
        assert.deepEqual(receiver.errors, []);
        assert.ok(receiver.functionNames.has('waitForever'), 'the parked task was delivered');
        assert.ok(receiver.traces[0], 'traces were delivered');
        assert.deepEqual(receiver.profiles[0]?.resource, receiver.traces[0].resource);
      });
    }

    it('profiles over gRPC, by the copy that the SDK brought', async () => {
      const grpc = await startOtlpGrpcServer();
      const env = { OTEL_EXPORTER_OTLP_PROFILES_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT: grpc.url };
      const { code, stderr } = await run({ app: 'sdk.mjs', env: { ...env, APP_END: 'shutdown' } });
      grpc.close();
      assert.deepEqual([code, stderr], [3, '']);
      const [message] = grpc.requests.map(decodeProfiles);
      assert.deepEqual(message?.resource, receiver.traces[0]?.resource);
    });

    it('has its metrics among those of the SDK', async () => {
      const env = { APP_END: 'shutdown', OTEL_METRICS_EXPORTER: 'otlp' };
      const { code, stderr } = await run({ app: 'sdk.mjs', env });
      assert.deepEqual([code, stderr, receiver.errors], [3, '', []]);
      for (const { name } of METRICS) assert.ok(receiver.metricNames.has(name), name);
    });

    it('profiles without any SDK', async () => {
      const { code, stderr } = await run({ app: 'plain.mjs', nodeOptions: [OURS] });
      assert.equal(stderr, '');
      assert.equal(code, 0);
      assert.ok(receiver.functionNames.has('waitForever'));
    });
  });
}
