import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { DecodedProfile } from '../../examples/receiver/decode.ts';
import { datadogPprof } from '../support/datadog-pprof.ts';
import { REGISTER } from '../support/entry-points.ts';
import { type Ended, runApp } from '../instrumentation/child-app.ts';
import { OtlpReceiver } from '../instrumentation/otlp-receiver.ts';

const IMPORTED = `--import=${REGISTER}`;
const REQUIRED = `--require=${REGISTER}`;
const LONG_MILLIS = 300_000;

const app = (name: string): string => fileURLToPath(new URL(`apps/${name}`, import.meta.url));

interface Case {
  readonly how: string;
  readonly nodeOption?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: NodeJS.Signals;
}

const functionsOf = ({ samples }: DecodedProfile): string[] =>
  samples.flatMap(({ stack }) => stack.map(({ functionName }) => functionName));

const tasksOf = ({ profiles }: { profiles: readonly DecodedProfile[] }): DecodedProfile[] =>
  profiles.filter(({ sampleType }) => sampleType.type === 'tasks');

describe('worker threads', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = new OtlpReceiver();
    await receiver.start();
  });

  afterEach(() => receiver.stop());

  async function run({ how, nodeOption = IMPORTED, env = {}, signal }: Case): Promise<Ended> {
    const ended = await runApp(receiver.url, {
      app: app('threads.mjs'),
      nodeOptions: [nodeOption],
      env: { APP_CASE: how, ...env },
      ...(signal && { signal }),
    });
    assert.deepEqual(receiver.errors, []);
    return ended;
  }

  /** What arrived of the threads whose tasks run this function: each with the thread's attributes. */
  function samplesOf(functionName: string) {
    const samples = receiver.profiles.flatMap((message) => tasksOf(message).flatMap((profile) => profile.samples));
    return samples.filter(({ stack }) => stack.some((frame) => frame.functionName === functionName));
  }

  const profilesInMessages = () => receiver.profiles.map((message) => tasksOf(message).length);

  it('are exported by the main thread, in one message, with thread id and name', async () => {
    const { code, stderr } = await run({ how: 'plain' });
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(profilesInMessages(), [2]);
    const [ofWorker] = samplesOf('waitInWorker');
    assert.equal(ofWorker?.attributes['thread.id'], 1);
    const hasThreadName = 'threadName' in (await import('node:worker_threads'));
    assert.equal(ofWorker.attributes['thread.name'], hasThreadName ? 'resizer' : undefined);
    const [ofMain] = samplesOf('waitInMain');
    assert.ok(ofMain && !('thread.id' in ofMain.attributes));
  });

  it('hand over their last interval when the main thread is told to end', async () => {
    const { signal } = await run({ how: 'live', signal: 'SIGTERM' });
    assert.equal(signal, 'SIGTERM');
    assert.deepEqual(profilesInMessages(), [2]);
    assert.equal(samplesOf('waitInWorker').length, 1);
  });

  it('are profiled where a worker starts them', async () => {
    const { code, stderr } = await run({ how: 'nested' });
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(profilesInMessages(), [3]);
    assert.equal(samplesOf('waitInNested')[0]?.attributes['thread.id'], 2);
  });

  for (const how of ['exit', 'throw']) {
    it(`hand over what they have when they end at once (${how})`, async () => {
      const { code, stderr } = await run({ how });
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(samplesOf('waitInWorker').length, 1);
    });
  }

  it('lose no more than the interval that runs when they are terminated', async () => {
    const env = { APP_STAY_MILLIS: '1000', OTEL_TASKPROF_EXPORT_INTERVAL: '100' };
    const { code } = await run({ how: 'terminate', env });
    assert.equal(code, 0);
    assert.ok(samplesOf('waitInWorker').length > 0);
  });

  it('may be terminated in the midst of handing over, again and again', async function () {
    this.timeout(LONG_MILLIS);
    // An export takes longer than such an interval on a busy machine, and `diag` would say so.
    const env = { OTEL_TASKPROF_EXPORT_INTERVAL: '10', OTEL_LOG_LEVEL: 'NONE' };
    const { code, stdout, stderr } = await run({ how: 'terminateBusy', env });
    assert.deepEqual([code, stderr], [0, '']);
    assert.doesNotMatch(stdout, /MessagePort|Worker/);
    assert.ok(samplesOf('waitInMain').length > 0);
  });

  it('may come and go by the hundred, and leave nothing behind', async function () {
    this.timeout(LONG_MILLIS);
    const env = { OTEL_TASKPROF_EXPORT_INTERVAL: '600000' };
    const { code, stdout, stderr } = await run({ how: 'many', env });
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, 'PipeWrap,PipeWrap\n');
    assert.deepEqual(profilesInMessages(), [121]);
    const threadIds = samplesOf('waitInWorker').map(({ attributes }) => attributes['thread.id']);
    assert.equal(new Set(threadIds).size, 120);
  });

  it('export on their own where the environment says so', async () => {
    const { code, stderr } = await run({ how: 'plain', env: { OTEL_TASKPROF_WORKERS: 'separate' } });
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(profilesInMessages(), [1, 1]);
    assert.equal(samplesOf('waitInWorker')[0]?.attributes['thread.id'], 1);
  });

  describe('Node loads the entry point', () => {
    // What Node does with options of the command line: documented in docs/workers.md, which has to change with it.
    for (const [how, nodeOption, isLoaded] of [
      ['plain', REQUIRED, true],
      ['eval', IMPORTED, false],
      ['eval', REQUIRED, true],
      ['noOptions', IMPORTED, false],
      ['noOptions', REQUIRED, false],
    ] as const) {
      it(`${isLoaded ? '' : 'not '}in a worker: ${how}, ${nodeOption}`, async () => {
        const { code, stderr } = await run({ how, nodeOption });
        assert.deepEqual([code, stderr], [0, '']);
        assert.equal(samplesOf('waitInWorker').length, isLoaded ? 1 : 0);
        assert.ok(receiver.profiles[0]?.profiles.some((profile) => functionsOf(profile).includes('waitInMain')));
      });
    }
  });

  it('of a cluster are processes of their own, told apart by their resource and their number', async () => {
    const { code, stderr } = await runApp(receiver.url, { app: app('cluster.mjs'), nodeOptions: [IMPORTED] });
    assert.deepEqual([code, stderr, receiver.errors], [0, '', []]);
    const pids = receiver.profiles.map(({ resource }) => resource['process.pid']);
    assert.equal(new Set(pids).size, 3);
    const numbers = receiver.profiles.map(({ profiles }) => profiles[0]?.attributes['taskprof.cluster.worker_id']);
    assert.deepEqual(numbers.map(String).sort(), ['1', '2', 'undefined']);
  });

  describe('with the on-CPU profile', function () {
    before(function () {
      if (datadogPprof() === undefined) this.skip();
    });

    const cpu = { OTEL_TASKPROF_CPU: '500' };

    it('have theirs exported by the main thread, under their number', async () => {
      const { code, stderr } = await run({ how: 'compute', env: cpu });
      assert.deepEqual([code, stderr], [0, '']);
      const samples = receiver.profiles
        .flatMap(({ profiles }) => profiles.filter(({ sampleType }) => sampleType.type === 'cpu'))
        .flatMap((profile) => profile.samples)
        .filter(({ stack }) => stack.some(({ functionName }) => functionName === 'computeInWorker'));
      assert.ok(samples.length > 0);
      for (const { attributes } of samples) assert.equal(attributes['thread.id'], 1);
    });

    for (const how of ['exit', 'throw', 'terminateBusy']) {
      it(`end in peace: ${how}`, async function () {
        this.timeout(120_000);
        const { code, signal, stderr } = await run({ how, env: cpu });
        assert.deepEqual([code, signal, stderr], [0, null, '']);
      });
    }
  });
});
