import assert from 'node:assert/strict';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { decodeProfiles } from '../../examples/receiver/decode.ts';
import { type DebugServer, pprofToProfiles, startDebugServer, TaskProfiler, withTaskLabels } from '../../src/index.ts';
import { burn } from '../support/burn.ts';
import { datadogPprof } from '../support/datadog-pprof.ts';
import { type HttpAnswer, httpGet } from '../support/http-get.ts';

function burnForAcme(): void {
  burn(10);
}

function burnForGlobex(): void {
  burn(10);
}

describe('the debug endpoint, asked where the CPU time goes', () => {
  let server: DebugServer;
  let profiler: TaskProfiler;
  let busy: NodeJS.Timeout;

  before(function () {
    if (datadogPprof() === undefined) this.skip();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    busy = setInterval(() => {
      withTaskLabels({ tenant: 'acme' }, burnForAcme);
      withTaskLabels({ tenant: 'globex' }, burnForGlobex);
    }, 1);
  });

  after(() => {
    clearInterval(busy);
    context.disable();
  });

  async function start(cpu: boolean): Promise<void> {
    profiler = new TaskProfiler(cpu ? { cpu: { samplingFrequencyHz: 500 } } : {});
    profiler.start();
    server = await startDebugServer(profiler, { port: 0 });
  }

  afterEach(async () => {
    await server.close();
    profiler.stop();
  });

  const get = (query: string): Promise<HttpAnswer> => httpGet(`${server.url}?${query}`);

  const namesIn = (folded: string): string[] => folded.split('\n').filter((line) => line.includes('burnFor'));

  it('answers with a pprof of cpu/nanoseconds, whether or not the option cpu is set', async () => {
    await start(false);
    const [profile] = pprofToProfiles((await get('sampleType=cpu&seconds=0.5')).body).data.profiles;
    assert.deepEqual(profile!.sampleType, { type: 'cpu', unit: 'nanoseconds' });
    assert.ok(profile!.samples.some(({ attributes }) => attributes.tenant === 'acme'));
  });

  it('lets through what has a label, or a frame', async () => {
    await start(true);
    const ofAcme = (await get('sampleType=cpu&seconds=0.3&format=folded&label=tenant=acme')).text;
    assert.ok(namesIn(ofAcme).length > 0 && !ofAcme.includes('burnForGlobex'));
    const ofGlobex = (await get('sampleType=cpu&seconds=0.3&debug=1&matching=burnForGlobex')).text;
    assert.match(ofGlobex, /^cpu\/nanoseconds, period 2000000/);
    assert.ok(ofGlobex.includes('burnForGlobex') && !ofGlobex.includes('burnForAcme'));
  });

  it('puts it beside tasks and waits in a message of an interval, where the option is set', async () => {
    await start(true);
    const typesOf = async (query: string): Promise<string[]> =>
      decodeProfiles((await get(query)).body).profiles.map(({ sampleType }) => sampleType.type);
    assert.deepEqual(await typesOf('seconds=0.2&format=otlp'), ['tasks', 'wait', 'cpu']);
    assert.deepEqual(await typesOf('seconds=0.2&format=otlp&sampleType=wait'), ['wait']);
    await server.close();
    profiler.stop();
    await start(false);
    assert.deepEqual(await typesOf('seconds=0.2&format=otlp'), ['tasks', 'wait']);
  });

  describe('where another one of its kind runs in the thread', () => {
    before(() => datadogPprof()!.time.start({ intervalMicros: 10_000 }));
    after(() => datadogPprof()!.time.stop());

    it('says with a 501 why there is none', async () => {
      await start(false);
      const { status, text } = await get('sampleType=cpu');
      assert.equal(status, 501);
      assert.match(text, /^there is no on-CPU profile: .*already active/);
    });

    it('answers with tasks and waits alone where it would be beside them', async () => {
      await start(true);
      const { status, body } = await get('seconds=0.2&format=otlp');
      assert.equal(status, 200);
      assert.deepEqual(
        decodeProfiles(body).profiles.map(({ sampleType }) => sampleType.type),
        ['tasks', 'wait'],
      );
    });
  });
});
