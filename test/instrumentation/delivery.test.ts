import assert from 'node:assert/strict';
import { REGISTER } from '../support/entry-points.ts';
import { type ChildApp, type Ended, runApp } from './child-app.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const OURS = `--import=${REGISTER}`;
const AUTO = '--import=@opentelemetry/auto-instrumentations-node/register';

describe('the end of a process', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  // The interval is longer than any of these processes lives: all that arrives was delivered at the end.
  async function run(app: ChildApp): Promise<Ended> {
    const ended = await runApp(receiver.url, { ...app, env: { OTEL_TASKPROF_EXPORT_INTERVAL: '600000', ...app.env } });
    assert.equal(ended.stderr, '');
    assert.deepEqual(receiver.errors, []);
    return ended;
  }

  const isDelivered = () => receiver.functionNames.has('waitForever');
  const assertDelivered = () => assert.ok(isDelivered(), 'the parked task was delivered');

  /** Until an application that handles SIGTERM, and knows nothing of us, has had the time for the delivery. */
  const runHandling = (app: ChildApp, isEnough = isDelivered): Promise<Ended> =>
    run({ ...app, env: { APP_END: 'handle' }, signal: 'SIGTERM', inputEnds: receiver.until(isEnough) });

  describe("through the SDK's shutdown", () => {
    for (const app of ['sdk.mjs', 'sdk.cjs']) {
      it(`delivers before it resolves (${app})`, async () => {
        const { code } = await run({ app, env: { APP_END: 'shutdown' } });
        assert.equal(code, 3);
        assertDelivered();
        assert.deepEqual(receiver.spanNames, ['work']);
      });
    }

    it('delivers on a SIGTERM that the application handles', async () => {
      const { code, stdout } = await run({ app: 'sdk.mjs', env: { APP_END: 'handle' }, signal: 'SIGTERM' });
      assert.equal(code, 7);
      assert.match(stdout, /handled/);
      assertDelivered();
    });

    it('delivers without traces', async () => {
      const env = { APP_END: 'shutdown', OTEL_TRACES_EXPORTER: 'none' };
      await run({ app: 'sdk.mjs', env });
      assertDelivered();
    });
  });

  describe('without any shutdown in the application', () => {
    it('delivers when it runs out of work', async () => {
      const { code } = await run({ app: 'sdk.mjs' });
      assert.equal(code, 0);
      assertDelivered();
    });
  });

  describe('with otel-taskprof/register', () => {
    for (const [nodeOption, app] of [
      ['--import', 'plain.mjs'],
      ['--import', 'plain.cjs'],
      ['--require', 'plain.mjs'],
      ['--require', 'plain.cjs'],
    ] as const) {
      it(`delivers when it runs out of work (${nodeOption}, ${app})`, async () => {
        const { code } = await run({ app, nodeOptions: [`${nodeOption}=${REGISTER}`] });
        assert.equal(code, 0);
        assertDelivered();
      });
    }

    it('delivers on SIGTERM and dies of it where nobody handles it', async () => {
      const ended = await run({ app: 'plain.mjs', nodeOptions: [OURS], env: { APP_END: 'wait' }, signal: 'SIGTERM' });
      assert.equal(ended.signal, 'SIGTERM');
      assertDelivered();
    });

    it('delivers on a SIGTERM that the application handles, and leaves the end to the application', async () => {
      const ended = await runHandling({ app: 'plain.mjs', nodeOptions: [OURS] });
      assert.equal(ended.code, 7);
      assert.match(ended.stdout, /handled/);
      assertDelivered();
    });

    it('is not in the way of a handler that ends the process only where it is the only one', async () => {
      const ended = await run({ app: 'plain.mjs', nodeOptions: [OURS], env: { APP_END: 'only' }, signal: 'SIGTERM' });
      assert.equal(ended.code, 5);
    });

    it('leaves an unsettled top-level await its exit code', async () => {
      const { code } = await runApp(receiver.url, { app: 'unsettled.mjs', nodeOptions: [OURS] });
      assert.equal(code, 13);
      assert.equal(receiver.profiles.length, 1);
    });

    it('leaves the application its exit code', async () => {
      const { code } = await run({ app: 'plain.mjs', nodeOptions: [OURS], env: { APP_EXIT_CODE: '9' } });
      assert.equal(code, 9);
      assertDelivered();
    });

    it('delivers once where it is loaded twice', async () => {
      await run({ app: 'plain.mjs', nodeOptions: [OURS, `--require=${REGISTER}`] });
      assert.equal(receiver.profiles.length, 1);
    });

    it('gives way to an instrumentation in the code', async () => {
      await run({ app: 'sdk.mjs', nodeOptions: [OURS], env: { APP_END: 'shutdown' } });
      assert.equal(receiver.profiles.length, 1);
      assertDelivered();
    });

    for (const [order, nodeOptions] of [
      ['before', [OURS, AUTO]],
      ['after', [AUTO, OURS]],
    ] as const) {
      it(`delivers when it runs out of work, loaded ${order} auto-instrumentations`, async () => {
        const { code } = await run({ app: 'plain.mjs', nodeOptions });
        assert.equal(code, 0);
        assertDelivered();
        assert.deepEqual(receiver.spanNames, ['work']);
      });

      it(`delivers on a SIGTERM that the application handles, loaded ${order} auto-instrumentations`, async () => {
        const isEnough = (): boolean => isDelivered() && receiver.spanNames.length > 0;
        const { code } = await runHandling({ app: 'plain.cjs', nodeOptions }, isEnough);
        assert.equal(code, 7);
        assertDelivered();
        assert.deepEqual(receiver.spanNames, ['work']);
      });
    }

    it('profiles worker threads as well', async () => {
      await run({ app: 'worker.mjs', nodeOptions: [OURS] });
      assert.ok(receiver.functionNames.has('waitInWorker'));
      assert.ok(receiver.functionNames.has('waitInMain'));
    });
  });
});
