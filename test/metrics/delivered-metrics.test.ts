import assert from 'node:assert/strict';
import { METRICS } from '../../src/metrics/metric-table.ts';
import { type ChildApp, runApp } from '../instrumentation/child-app.ts';
import { OtlpReceiver } from '../instrumentation/otlp-receiver.ts';
import { REGISTER } from '../support/entry-points.ts';

const OURS = `--import=${REGISTER}`;
const AUTO = '--import=@opentelemetry/auto-instrumentations-node/register';

const SETUPS: Record<string, ChildApp> = {
  'the instrumentation of a NodeSDK': { app: 'sdk.mjs', env: { APP_END: 'shutdown' } },
  'otel-taskprof/register and a NodeSDK': {
    app: 'sdk.mjs',
    nodeOptions: [OURS],
    env: { APP_END: 'shutdown', APP_PROFILER: 'none' },
  },
  'otel-taskprof/register before that of auto-instrumentations': {
    app: 'plain.mjs',
    nodeOptions: [OURS, AUTO],
  },
};

describe('the metrics of a process', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  for (const [setup, child] of Object.entries(SETUPS)) {
    it(`arrive with those of the SDK: ${setup}`, async () => {
      const { stderr } = await runApp(receiver.url, { ...child, env: { ...child.env, OTEL_METRICS_EXPORTER: 'otlp' } });
      assert.deepEqual([stderr, receiver.errors], ['', []]);
      assert.ok(receiver.metricNames.has('works'), "the application's own metric arrived");
      for (const { name } of METRICS) assert.ok(receiver.metricNames.has(name), name);
    });
  }
});
