import assert from 'node:assert/strict';
import { request } from 'node:http';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { TraceEvent } from '../../src/encode/trace-event.ts';
import {
  type DebugServer,
  otlpJsonToProfiles,
  otlpToProfiles,
  pprofToProfiles,
  type ProfilesData,
  startDebugServer,
  TaskProfiler,
  withTaskLabels,
} from '../../src/index.ts';
import { type HttpAnswer, httpGet } from '../support/http-get.ts';
import { until } from '../support/settled.ts';

describe('a timeline at the debug endpoint', () => {
  let server: DebugServer;
  let profiler: TaskProfiler;
  let timer: NodeJS.Timeout;

  const get = (query: string): Promise<HttpAnswer> => httpGet(`${server.url}?${query}`);
  const eventsOf = ({ text }: HttpAnswer): TraceEvent[] =>
    (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function handleOrder(): Promise<void> {
    await turn();
    await turn();
  }

  before(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    profiler = new TaskProfiler();
    profiler.start();
    server = await startDebugServer(profiler, { port: 0, maxSeconds: 5 });
    let requests = 0;
    timer = setInterval(() => void withTaskLabels({ tier: requests++ % 4 === 0 ? 'gold' : 'tin' }, handleOrder), 5);
  });

  after(async () => {
    clearInterval(timer);
    await server.close();
    profiler.stop();
    context.disable();
  });

  it('is a file for Perfetto by default', async () => {
    const answer = await get('timeline=1&seconds=0.2');
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/json']);
    assert.match(answer.headers['content-disposition'] ?? '', /timeline\.trace\.json/);
    const calls = eventsOf(answer).filter(({ name }) => name === 'handleOrder');
    assert.ok(calls.length > 4, `${calls.length} calls`);
    assert.equal(new Set(calls.map(({ tid }) => tid)).size, calls.length);
    // Its own work, this request among it, is not in it.
    assert.ok(eventsOf(answer).every(({ name }) => !/^(collect|DebugEndpoint)/.test(name)));
  });

  it('follows tasks with a label', async () => {
    const answer = await get('timeline&seconds=0.3&label=tier=gold');
    const waits = eventsOf(answer).filter(
      ({ cat, args }) => cat === 'waiting' && String(args.at).includes('timeline.test'),
    );
    assert.ok(waits.length > 0);
    for (const { args } of waits) assert.deepEqual(args.labels, { tier: 'gold' });
  });

  it('is a profile with timestamps, or without them, in the other formats', async () => {
    const single = (messages: readonly ProfilesData[]): ProfilesData['profiles'][number] => messages[0]!.profiles[0]!;
    const otlp = single(otlpToProfiles((await get('timeline=1&seconds=0.05&format=otlp')).body).messages);
    const json = single(
      otlpJsonToProfiles(JSON.parse((await get('timeline=1&seconds=0.05&format=otlp-json')).text) as object).messages,
    );
    for (const { sampleType, samples } of [otlp, json]) {
      assert.deepEqual(sampleType, { type: 'timeline', unit: 'nanoseconds' });
      assert.ok(samples.length > 0 && samples.every(({ timed }) => timed !== undefined));
    }
    const { data } = pprofToProfiles((await get('timeline=1&seconds=0.05&format=pprof')).body);
    assert.deepEqual(data.profiles[0]!.sampleType, { type: 'timeline', unit: 'nanoseconds' });
    assert.match((await get('timeline=1&seconds=0.05&format=folded')).text, /handleOrder/);
  });

  for (const [query, message] of Object.entries({
    'timeline=0': 'timeline must be a whole number from 1 to 1000000000, got "0"',
    'timeline=all': 'timeline must be a whole number from 1 to 1000000000, got "all"',
    'timeline&format=json': 'format must be one of trace, otlp, otlp-json, pprof, folded, got "json"',
    'timeline&debug=1': 'debug must be left out with timeline, got "1"',
    'timeline&sampleType=cpu': 'sampleType must be left out with timeline, got "cpu"',
    'timeline&maxTasks=5': 'maxTasks must be left out with timeline, got "5"',
    'timeline&seconds=6': 'seconds must be a number greater than 0 and at most 5, got "6"',
    'timeline&traceId=1': 'traceId must be 32 hex digits, got "1"',
  })) {
    it(`refuses ${query}, and says why`, async () => {
      const { status, text } = await get(query);
      assert.deepEqual({ status, text }, { status: 400, text: `${message}\n` });
    });
  }

  it('ends when the client goes away', async () => {
    const { spentMillis } = profiler.counts!;
    const client = request(`${server.url}?timeline=1&seconds=5`, { agent: false }).end();
    client.on('error', () => undefined);
    await until(() => profiler.counts!.spentMillis > spentMillis);
    client.destroy();
    // The next is not refused: one at a time.
    let answer = await get('timeline=1&seconds=0.01');
    while (answer.status === 429) answer = await get('timeline=1&seconds=0.01');
    assert.equal(answer.status, 200);
  });
});
