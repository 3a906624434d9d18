import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { appFile } from '../instrumentation/child-app.ts';
import { OtlpReceiver } from '../instrumentation/otlp-receiver.ts';
import { REGISTER } from '../support/entry-points.ts';
import { until } from '../support/settled.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

describe('triggers of a process', () => {
  let receiver: OtlpReceiver;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(async () => {
    child?.kill('SIGKILL');
    await receiver.stop();
  });

  /** An application with `otel-taskprof/register` that has printed that it is ready. Nothing of this process's own settings goes with it. */
  async function started(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
    const names = Object.keys(process.env).filter((name) => !/^(OTEL_|NODE_|npm_)/.test(name));
    child = spawn(process.execPath, [`--import=${REGISTER}`, appFile('plain.mjs')], {
      cwd: PROJECT,
      env: {
        ...Object.fromEntries(names.map((name) => [name, process.env[name]])),
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_SERVICE_NAME: 'shop',
        OTEL_TASKPROF_SAMPLING: 'all',
        APP_END: 'wait',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data');
    return child;
  }

  const triggered = () =>
    receiver.profiles
      .flatMap(({ profiles }) => profiles)
      .filter(({ attributes }) => attributes['taskprof.trigger.id'] !== undefined);

  it('dump at a signal, again and again, under the resource of the periodic profiles', async () => {
    const app = await started({ OTEL_TASKPROF_TRIGGER_SIGNAL: 'SIGUSR2' });
    for (const dumps of [1, 2]) {
      app.kill('SIGUSR2');
      await until(() => triggered().length === dumps);
    }
    app.kill('SIGTERM');
    const [, signal] = (await once(app, 'exit')) as [number | null, string | null];

    assert.equal(signal, 'SIGTERM');
    assert.deepEqual(receiver.errors, []);
    for (const { attributes, samples } of triggered()) {
      assert.equal(attributes['taskprof.trigger.name'], 'signal');
      assert.equal(attributes['taskprof.trigger.reason'], 'SIGUSR2');
      assert.ok(samples.some(({ stack }) => stack.some(({ functionName }) => functionName === 'waitForever')));
    }
    const ids = triggered().map(({ attributes }) => attributes['taskprof.trigger.id']);
    assert.equal(new Set(ids).size, 2);
    // The last is that of the interval, delivered at the end.
    assert.equal(receiver.profiles.length, 3);
    assert.equal(receiver.profiles[2]!.profiles[0]!.attributes['taskprof.view'], 'mean');
    const [dump, , periodic] = receiver.profiles.map(({ resource }) => resource);
    assert.equal(dump!['service.name'], 'shop');
    assert.deepEqual(dump, periodic);
  });

  it('refuse SIGUSR1, which stays with the debugger, and profile on', async () => {
    const app = await started({ OTEL_TASKPROF_TRIGGER_SIGNAL: 'SIGUSR1' });
    app.kill('SIGTERM');
    await once(app, 'exit');
    assert.deepEqual([triggered().length, receiver.profiles.length], [0, 1]);
  });
});
