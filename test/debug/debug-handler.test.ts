import assert from 'node:assert/strict';
import { request } from 'node:http';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { decodeProfiles } from '../../examples/receiver/decode.ts';
import {
  type DebugServer,
  type DebugServerOptions,
  TaskProfiler,
  pprofToProfiles,
  startDebugServer,
  withTaskLabels,
} from '../../src/index.ts';
import { isOwnContext } from '../../src/base/own-context.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { type HttpAnswer, httpGet } from '../support/http-get.ts';
import { gate, settled, until } from '../support/settled.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

async function waitsForGold(open: Promise<void>): Promise<void> {
  await open;
}

async function waitsForTin(open: Promise<void>): Promise<void> {
  await open;
}

describe('the debug endpoint', () => {
  const open = gate();
  const servers: DebugServer[] = [];
  let profiler: TaskProfiler;
  let url: string;

  async function serve(options: DebugServerOptions = {}): Promise<string> {
    const server = await startDebugServer(profiler, { port: 0, ...options });
    servers.push(server);
    return server.url;
  }

  const get = (query: string): Promise<HttpAnswer> => httpGet(`${url}?${query}`);

  before(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    profiler = new TaskProfiler({ sampling: 'all' });
    profiler.start();
    const span = trace.setSpanContext(context.active(), { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 });
    for (const shard of [1, 2, 2]) withTaskLabels({ tier: 'gold', shard }, () => void waitsForGold(open.promise));
    context.with(span, () => void waitsForTin(open.promise));
    await settled();
    url = await serve({ resource: { 'service.name': 'shop' } });
  });

  after(async () => {
    for (const server of servers) await server.close();
    profiler.stop();
    open.open();
    context.disable();
  });

  it('answers with a pprof by default', async () => {
    const { status, headers, body } = await get('matching=waitsFor');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/octet-stream');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    const [profile] = pprofToProfiles(body).data.profiles;
    assert.deepEqual(profile!.samples.map(({ value }) => Number(value)).sort(), [1, 1, 2]);
  });

  it('answers debug=1 with the tasks by stack, with their labels', async () => {
    const { headers, text } = await get('debug=1&matching=waitsFor');
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.match(text, /^4 tasks parked.*\ntime: \d{4}-.*\(consistency: slices\)\nsampling probability: /);
    assert.match(
      text,
      /^3 tasks, 75\.0 %, oldest \d+ ms\n# 2: shard=2 tier="gold"\n# 1: shard=1 tier="gold"\n {4}await in waitsForGold /m,
    );
    assert.match(text, /^1 task, 25\.0 %, oldest \d+ ms\n {4}await in waitsForTin /m);
  });

  it('answers debug=2 with one task after another', async () => {
    const { text } = await get('debug=2&matching=waitsFor');
    assert.deepEqual(text.match(/^task \d, parked/gm), [
      'task 1, parked',
      'task 2, parked',
      'task 3, parked',
      'task 4, parked',
    ]);
    assert.equal(text.match(/^# labels: shard=2 tier="gold"\n {4}await in waitsForGold /gm)?.length, 2);
    assert.match(
      text,
      new RegExp(`^task \\d, parked \\d+ ms\\n# trace ${TRACE_ID} span ${SPAN_ID}\\n {4}await in waitsForTin `, 'm'),
    );
  });

  it('answers format=json with the snapshot', async () => {
    const { headers, text } = await get('format=json&matching=waitsForGold');
    assert.equal(headers['content-type'], 'application/json');
    const { timeUnixNano, consistency, totalTasks, samples } = JSON.parse(text) as Record<string, unknown>;
    assert.match(String(timeUnixNano), /^\d{19}$/);
    assert.equal(consistency, 'slices');
    assert.equal(totalTasks, 3);
    assert.deepEqual(
      (samples as { tasks: number; labels: unknown; span?: unknown }[]).map(({ tasks, labels }) => ({ tasks, labels })),
      [
        { tasks: 2, labels: { shard: 2, tier: 'gold' } },
        { tasks: 1, labels: { shard: 1, tier: 'gold' } },
      ],
    );
  });

  it('answers format=folded with a line for each stack', async () => {
    const { text } = await get('format=folded&matching=waitsFor');
    assert.deepEqual(
      text.match(/\S+ \d+$/gm)?.map((line) => line.split(';').at(-1)),
      ['waitsForGold 3', 'waitsForTin 1'],
    );
  });

  it('answers format=otlp and otlp-json with the same request, with the resource', async () => {
    const protobuf = await get('format=otlp&matching=waitsFor');
    assert.equal(protobuf.headers['content-type'], 'application/x-protobuf');
    const { resource, profiles } = decodeProfiles(protobuf.body);
    assert.equal(resource['service.name'], 'shop');
    assert.equal(profiles[0]!.samples.length, 3);
    const json = JSON.parse((await get('format=otlp-json&matching=waitsFor')).text) as {
      resourceProfiles: { scopeProfiles: { profiles: { samples: unknown[] }[] }[] }[];
    };
    assert.equal(json.resourceProfiles[0]!.scopeProfiles[0]!.profiles[0]!.samples.length, 3);
  });

  for (const [query, tasks] of Object.entries({
    'label=tier=gold': 3,
    'label=tier=gold&label=shard=2': 2,
    'label=shard=02': 0,
    [`traceId=${TRACE_ID.toUpperCase()}`]: 1,
    [`traceId=${TRACE_ID.replace('0', '1')}`]: 0,
    'minWaitMillis=3600000': 0,
    'matching=waitsForTin%20%5C(': 1,
    'matching=debug-handler%5C.test%5C.ts:\\d%2B&label=tier=gold': 3,
    'maxTasks=2&pinnedLabel=shard=1&label=tier=gold': 3,
  })) {
    it(`takes ${query}: ${tasks} tasks`, async () => {
      const { text } = await get(`format=json&${query}`);
      const { totalTasks } = JSON.parse(text) as { totalTasks: number };
      assert.equal(totalTasks, tasks);
    });
  }

  it('says which consistency it was', async () => {
    for (const consistency of ['moment', 'slices']) {
      const { text } = await get(`debug=1&consistency=${consistency}`);
      assert.ok(text.includes(`(consistency: ${consistency})`), text);
    }
  });

  it('answers seconds with the mean over an interval, filtered', async () => {
    const { text } = await get('seconds=0.2&format=json&label=tier=gold&matching=waitsFor');
    const { consistency, durationNano, totalTasks } = JSON.parse(text) as Record<string, unknown>;
    assert.equal(consistency, 'interval');
    assert.ok(Number(durationNano) >= 2e8);
    assert.ok(Math.abs(Number(totalTasks) - 3) < 1e-6, String(totalTasks));
    assert.match((await get('seconds=0.1&debug=1')).text, /mean over the 0\.\d\d s before \(consistency: interval\)/);
    assert.equal(pprofToProfiles((await get('seconds=0.1')).body).data.profiles[0]!.durationNano >= 100_000_000n, true);
  });

  it('answers seconds with where the time went: beside the tasks where both fit, alone where it is asked for', async () => {
    const pprof = pprofToProfiles((await get('seconds=0.1')).body).data;
    assert.equal(pprof.scope.attributes?.['pprof.scope.default_sample_type'], 'tasks');
    const otlp = decodeProfiles((await get('seconds=0.1&format=otlp')).body);
    for (const { profiles } of [pprof, otlp]) {
      assert.deepEqual(
        profiles.map(({ sampleType }) => sampleType),
        [
          { type: 'tasks', unit: 'count' },
          { type: 'wait', unit: 'nanoseconds' },
        ],
      );
    }
    const [alone, ...others] = pprofToProfiles((await get('seconds=0.1&sampleType=wait&label=tier=gold')).body).data
      .profiles;
    assert.deepEqual([alone!.sampleType.type, others], ['wait', []]);
    // Three tasks were parked all the time.
    const nanos = alone!.samples.reduce((sum, { value }) => sum + Number(value), 0);
    assert.ok(Math.abs(nanos - 3 * Number(alone!.durationNano)) <= 3, `${nanos} of ${alone!.durationNano}`);
    const { text } = await get('seconds=0.1&sampleType=wait&format=folded');
    // Timers may come a millisecond early.
    assert.ok(Number(/waitsForGold (\d+)/.exec(text)?.[1]) >= 2.9e8, text);
    const byStack = (await get('seconds=0.2&sampleType=wait&debug=1&label=tier=gold')).text;
    assert.match(byStack, /^\d+ ms waited, 3 tasks on average, exactly\n/);
    assert.match(
      byStack,
      /\n\d+ ms, 100\.0 %, oldest .*\n# \d+ ms: shard=2 tier="gold"\n# \d+ ms: shard=1 tier="gold"\n/,
    );
  });

  it('lists lost tasks, in every format', async () => {
    const lost = new TaskProfiler({ sampling: 'all', strongMillis: 1 });
    lost.start();
    async function waitsForNobody(): Promise<void> {
      await new Promise<void>(() => undefined);
    }
    for (let i = 0; i < 3; i++) void waitsForNobody();
    const server = await startDebugServer(lost, { port: 0 });
    servers.push(server);
    await until(() => {
      globalThis.gc!();
      return lost.counts!.lostTasks === 3;
    });
    const ask = (query: string): Promise<HttpAnswer> =>
      httpGet(`${server.url}?sampleType=lost&matching=ForNobody&${query}`);
    const byStack = (await ask('debug=1')).text;
    assert.match(byStack, /^3 tasks lost: these will never resume\n/);
    assert.match(byStack, /\n3 tasks, 100\.0 %, parked for up to [\d.]+ (m?s|min)\n {4}.*await in waitsForNobody/s);
    assert.match((await ask('debug=2')).text, /\ntask 3, lost after \d/);
    const json = JSON.parse((await ask('format=json')).text) as Record<string, unknown>;
    assert.deepEqual([json.totalTasks, json.lost], [3, true]);
    assert.match((await ask('format=folded')).text, /waitsForNobody 3\n/);
    const [profile] = decodeProfiles((await ask('format=otlp')).body).profiles;
    assert.deepEqual([profile!.sampleType, profile!.samples[0]!.values], [{ type: 'lost', unit: 'count' }, [3]]);
    assert.equal(pprofToProfiles((await ask('')).body).data.profiles[0]!.sampleType.type, 'lost');
    // None was lost within that.
    assert.match((await ask('debug=1&seconds=0.1')).text, /^0 tasks lost/);
    lost.stop();
  });

  for (const [query, message] of Object.entries({
    'format=xml': 'format must be one of pprof, json, folded, otlp, otlp-json, got "xml"',
    'debug=3': 'debug must be 1 or 2, got "3"',
    'debug=1&format=json': 'format must be left out with debug=1, which is text, got "json"',
    'seconds=61': 'seconds must be a number greater than 0 and at most 60, got "61"',
    'seconds=0': 'seconds must be a number greater than 0 and at most 60, got "0"',
    'seconds=1e999': 'seconds must be a number greater than 0 and at most 60, got "1e999"',
    'seconds=1&maxTasks=5': 'maxTasks must be left out with seconds, got "5"',
    'seconds=1&debug=2': 'debug must be 1 with seconds: a mean over an interval has no single tasks, got "2"',
    'maxTasks=0': 'maxTasks must be a whole number from 1 to 16384, got "0"',
    'maxTasks=16385': 'maxTasks must be a whole number from 1 to 16384, got "16385"',
    'minWaitMillis=-1': 'minWaitMillis must be a number of at least 0, got "-1"',
    'traceId=xyz': 'traceId must be 32 hex digits, got "xyz"',
    'label=tier': 'label must be name=value, got "tier"',
    'matching=(': 'matching must be a regular expression (Unterminated group), got "("',
    'consistency=soon': 'consistency must be slices or moment, got "soon"',
    'seconds=1&sampleType=heap': 'sampleType must be one of tasks, wait, lost, cpu, got "heap"',
    'sampleType=cpu&minWaitMillis=5': 'minWaitMillis must be left out with sampleType=cpu, got "5"',
    'sampleType=cpu&debug=2': 'debug must be 1 with sampleType=cpu, which has no tasks, got "2"',
    'sampleType=cpu&format=json': 'format must be pprof, folded, otlp or otlp-json with sampleType=cpu, got "json"',
    'sampleType=cpu&seconds=61': 'seconds must be a number greater than 0 and at most 60, got "61"',
    'sampleType=wait': 'sampleType must be tasks or lost without seconds: waits are those of an interval, got "wait"',
    'sampleType=lost&maxTasks=5': 'maxTasks must be left out with sampleType=lost, got "5"',
    'debug=1&debug=2': 'debug must be given once, got "1, 2"',
    'minWait=5':
      'there is no parameter "minWait"; there are maxTasks, minWaitMillis, traceId, matching, consistency, seconds, sampleType, debug, format, timeline, label, pinnedLabel',
  })) {
    it(`refuses ${query}, and says why`, async () => {
      const { status, headers, text } = await get(query);
      assert.deepEqual({ status, text }, { status: 400, text: `${message}\n` });
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    });
  }

  it('answers HEAD with the headers, at once', async () => {
    const { status, headers, body } = await httpGet(`${url}?debug=1&seconds=60`, { method: 'HEAD' });
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(body.length, 0);
  });

  it('refuses other methods and other paths', async () => {
    const post = await httpGet(url, { method: 'POST' });
    assert.equal(post.status, 405);
    assert.equal(post.headers.allow, 'GET, HEAD');
    const { status, text } = await httpGet(new URL('/else', url).href);
    assert.deepEqual(
      { status, text },
      { status: 404, text: 'there is nothing at "/else", the tasks are at /debug/tasks\n' },
    );
  });

  it('asks for the token, before anything else', async () => {
    const guarded = await serve({ token: 'sesame' });
    for (const authorization of [undefined, 'Bearer', 'Bearer sesam', 'Bearer sesame2', 'Basic sesame', 'sesame']) {
      const { status, headers } = await httpGet(`${guarded}?debug=9`, {
        ...(authorization && { headers: { authorization } }),
      });
      assert.equal(status, 401, authorization);
      assert.equal(headers['www-authenticate'], 'Bearer realm="otel-taskprof"');
    }
    const accepted = await httpGet(`${guarded}?debug=1`, { headers: { authorization: 'bearer sesame' } });
    assert.equal(accepted.status, 200);
  });

  it('answers one request at a time, and is free again when a client goes away', async () => {
    const first = request(`${url}?seconds=60`, { agent: false }).end();
    first.on('error', () => undefined);
    let busy: HttpAnswer | undefined;
    while (busy?.status !== 429) busy = await get('debug=1');
    assert.equal(busy.headers['retry-after'], '60');
    assert.match(busy.text, /^another request is being answered, one at a time; try again in 60 s\n$/);
    first.destroy();
    while ((await get('debug=1')).status !== 200) await settled();
  });

  it('refuses an answer that would be too long', async () => {
    const small = await serve({ maxResponseBytes: 200 });
    for (const query of ['debug=1', 'debug=2', 'format=json', 'format=otlp', '']) {
      const { status, text } = await httpGet(`${small}?${query}`);
      assert.equal(status, 422, query);
      assert.match(text, /^the answer is longer than maxResponseBytes \(200\): ask for fewer tasks/);
    }
  });

  it('is not in the profile itself', async () => {
    const other = await serve();
    const waiting = request(`${other}?seconds=60`, { agent: false }).end();
    waiting.on('error', () => undefined);
    while ((await httpGet(other)).status !== 429) await settled();
    const { text } = await get('debug=2');
    waiting.destroy();
    assert.match(text, /waitsForGold/);
    assert.doesNotMatch(text, /src\/debug\//);
    assert.doesNotMatch(text, /node:timers\/promises/);
  });

  it("works in the profiler's own context, in which nothing is traced or profiled", async () => {
    const own: boolean[] = [];
    const watched = new TaskProfiler();
    Object.defineProperty(watched, 'running', { get: () => (own.push(isOwnContext(context.active())), false) });
    const server = await startDebugServer(watched, { port: 0 });
    servers.push(server);
    await httpGet(server.url);
    assert.deepEqual(own, [true]);
  });

  it('says that the profiler does not run', async () => {
    const stopped = await startDebugServer(new TaskProfiler(), { port: 0 });
    servers.push(stopped);
    for (const query of ['debug=1', 'seconds=1']) {
      const { status, text } = await httpGet(`${stopped.url}?${query}`);
      assert.deepEqual({ status, text }, { status: 503, text: 'the profiler does not run\n' });
    }
  });

  it('tells a fault of its own to diag and not to the client', async () => {
    const diagLines = recordDiag();
    const faulty = new TaskProfiler();
    Object.defineProperty(faulty, 'running', {
      get() {
        throw new Error('the password is 1234');
      },
    });
    const server = await startDebugServer(faulty, { port: 0 });
    servers.push(server);
    const { status, text } = await httpGet(server.url);
    assert.equal(status, 500);
    assert.doesNotMatch(text, /password/);
    assert.match(diagLines.lines.join(), /error .*debug endpoint failed: the password is 1234/);
    diagLines.stop();
  });

  it('closes the interval of a client that went away', async () => {
    let closed = 0;
    const openInterval = profiler.openInterval.bind(profiler);
    profiler.openInterval = () => {
      const interval = openInterval()!;
      const close = interval.close.bind(interval);
      interval.close = () => {
        closed++;
        close();
      };
      return interval;
    };
    try {
      const first = request(`${url}?seconds=60`, { agent: false }).end();
      first.on('error', () => undefined);
      while ((await get('debug=1')).status !== 429) await settled();
      first.destroy();
      await until(() => closed === 1);
    } finally {
      profiler.openInterval = openInterval;
    }
  });
});
