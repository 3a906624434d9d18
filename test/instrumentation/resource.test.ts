import assert from 'node:assert/strict';
import type { Attributes } from '../../src/profile/model.ts';
import { REGISTER } from '../support/entry-points.ts';
import { type ChildApp, runApp } from './child-app.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const OURS = `--import=${REGISTER}`;
const AUTO = '--import=@opentelemetry/auto-instrumentations-node/register';
const IN_ENVIRONMENT = {
  OTEL_SERVICE_NAME: 'shop',
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=a%20b',
};

/** Each way of setting up, and something that the resource has only if that set-up was heeded. */
const SETUPS: Record<string, { app: ChildApp; has: Attributes }> = {
  'NodeSDK, all by default': { app: { app: 'sdk.mjs' }, has: { 'telemetry.sdk.language': 'nodejs' } },
  'NodeSDK in CommonJS': { app: { app: 'sdk.cjs', env: IN_ENVIRONMENT }, has: { 'service.name': 'shop' } },
  'NodeSDK with a service name in code': {
    app: { app: 'sdk.mjs', env: { APP_SETUP: 'named' } },
    has: { 'service.name': 'named-in-code' },
  },
  'NodeSDK with a resource in code': {
    app: { app: 'sdk.mjs', env: { APP_SETUP: 'resource' } },
    has: { 'service.name': 'explicit', 'deployment.environment.name': 'test' },
  },
  'NodeSDK with a resource in code and no detectors': {
    app: { app: 'sdk.mjs', env: { APP_SETUP: 'undetected' } },
    has: { 'service.name': 'explicit' },
  },
  'NodeSDK with a slow detector': {
    app: { app: 'sdk.mjs', env: { APP_SETUP: 'detector' } },
    has: { 'cloud.region': 'eu-1' },
  },
  'NodeSDK and the environment': {
    app: { app: 'sdk.mjs', env: IN_ENVIRONMENT },
    has: { 'service.name': 'shop', 'deployment.environment.name': 'test', team: 'a b' },
  },
  startNodeSdk: { app: { app: 'start-node-sdk.mjs', env: IN_ENVIRONMENT }, has: { team: 'a b' } },
  'otel-taskprof/register and a NodeSDK in the application': {
    app: { app: 'sdk.mjs', nodeOptions: [OURS], env: { APP_PROFILER: 'none', APP_SETUP: 'named' } },
    has: { 'service.name': 'named-in-code' },
  },
  'otel-taskprof/register before that of auto-instrumentations': {
    app: { app: 'plain.mjs', nodeOptions: [OURS, AUTO], env: IN_ENVIRONMENT },
    has: { 'service.name': 'shop' },
  },
  'otel-taskprof/register after that of auto-instrumentations': {
    app: { app: 'plain.cjs', nodeOptions: [AUTO, OURS], env: IN_ENVIRONMENT },
    has: { 'service.name': 'shop' },
  },
};

describe("the profiles' resource", () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  /** Runs it until SIGTERM; the resource of its profiles, which has to be the same in each. `others`: what it sends as well. */
  async function resourceOf(
    app: ChildApp,
    others: () => readonly unknown[] = () => receiver.profiles,
  ): Promise<Attributes> {
    const inputEnds = receiver.until(() => receiver.profiles.length > 0 && others().length > 0);
    await runApp(receiver.url, { signal: 'SIGTERM', inputEnds, ...app, env: { APP_END: 'handle', ...app.env } });
    assert.deepEqual(receiver.errors, []);
    const [first, ...later] = receiver.profiles.map(({ resource }) => resource);
    assert.ok(first, 'profiles arrived');
    for (const other of later) assert.deepEqual(other, first);
    return first;
  }

  for (const [name, { app, has }] of Object.entries(SETUPS)) {
    it(`is that of the traces: ${name}`, async () => {
      const resource = await resourceOf(app, () => receiver.traces);
      assert.deepEqual(resource, receiver.traces[0]?.resource);
      assert.deepEqual({ ...resource, ...has }, resource);
    });
  }

  it('is that of the metrics where traces are switched off', async () => {
    const env = { ...IN_ENVIRONMENT, OTEL_TRACES_EXPORTER: 'none' };
    const app = { app: 'plain.mjs', nodeOptions: [OURS, AUTO], env };
    const resource = await resourceOf(app, () => receiver.metricsResources);
    assert.deepEqual(receiver.traces, []);
    assert.deepEqual(resource, receiver.metricsResources[0]);
  });

  it('is what the SDK would have found by default where there is no SDK', async () => {
    const env = { ...IN_ENVIRONMENT, OTEL_NODE_RESOURCE_DETECTORS: '' };
    const withoutSdk = await resourceOf({ app: 'plain.mjs', nodeOptions: [OURS], env });
    await runApp(receiver.url, { app: 'sdk.mjs', signal: 'SIGTERM', env: { APP_END: 'handle', ...env } });
    const bySdk = receiver.traces[0]?.resource;

    assert.deepEqual(Object.keys(withoutSdk).sort(), Object.keys(bySdk ?? {}).sort());
    for (const key of ['service.name', 'team', 'host.name', 'host.id', 'os.type', 'process.runtime.version']) {
      assert.equal(withoutSdk[key], bySdk?.[key], key);
    }
  });
});
