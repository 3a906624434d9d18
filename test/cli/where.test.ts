import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import type { Profile, ProfilesData } from '../../src/profile/model.ts';
import { listening } from '../support/listening.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';
import { type CommandResult, taskprof } from '../support/taskprof-command.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHER_TRACE = 'abcdef0123456789abcdef0123456789';
const [ROOT, CHILD, OTHER] = ['b7ad6b7169203331', '00f067aa0ba902b7', 'abcdef0123456789'];
const MILLI = 1_000_000;
const START = 1_790_000_000_000_000_000n;

const INTERVAL = { timeUnixNano: START, durationNano: 10_000_000_000n };
const linked = (traceId: string, spanId: string) => ({ link: { traceId, spanId } });
const ofOrders = { 'http.route': '/orders' };
const QUERY = [frame('Client.query'), frame('findOrders'), frame('listOrders')];
const SLEEP = [frame('retry'), frame('listOrders')];

const WAIT = profile({
  ...INTERVAL,
  sampleType: { type: 'wait', unit: 'nanoseconds' },
  attributes: { 'taskprof.sample.await_index': [1, 0, 0] },
  samples: [
    sample({ stack: QUERY, attributes: ofOrders, ...linked(TRACE, CHILD), value: 600 * MILLI }),
    sample({ stack: SLEEP, attributes: ofOrders, ...linked(TRACE, ROOT), value: 200 * MILLI }),
    sample({ stack: SLEEP, attributes: { 'http.route': '/search' }, ...linked(OTHER_TRACE, OTHER), value: 50 * MILLI }),
  ],
});

const CPU = profile({
  ...INTERVAL,
  sampleType: { type: 'cpu', unit: 'nanoseconds' },
  periodType: { type: 'cpu', unit: 'nanoseconds' },
  // Half as much again as it had a core.
  attributes: { 'taskprof.cpu.thread': 150 * MILLI, 'taskprof.cpu.running': 225 * MILLI },
  samples: [
    sample({
      stack: [frame('render'), frame('listOrders')],
      attributes: ofOrders,
      ...linked(TRACE, ROOT),
      value: 100 * MILLI,
    }),
    sample({ stack: [frame('(garbage collector)', '')], value: 50 * MILLI }),
  ],
});

const span = (name: string, traceId: string, spanId: string, parentSpanId: string, from: number, to: number) => ({
  name,
  traceId,
  spanId,
  parentSpanId,
  startTimeUnixNano: String(START + BigInt(from * MILLI)),
  endTimeUnixNano: String(START + BigInt(to * MILLI)),
  attributes: [{ key: 'http.route', value: { stringValue: '/orders' } }],
});

const traceMessage = (...spans: readonly unknown[]): string =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

const Traces = protobuf
  .parse(
    `syntax = "proto3";
    message Traces { repeated ResourceSpans resource_spans = 1; }
    message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
    message ScopeSpans { repeated Span spans = 2; }
    message Span {
      bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
      fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    }`,
  )
  .root.lookupType('Traces');

function protobufMessage(...spans: readonly ReturnType<typeof span>[]): Uint8Array {
  const hex = (id: string): Uint8Array => Buffer.from(id, 'hex');
  const raw = spans.map(({ traceId, spanId, parentSpanId, ...rest }) => ({
    ...rest,
    ...{ traceId: hex(traceId), spanId: hex(spanId), parentSpanId: hex(parentSpanId) },
  }));
  return Traces.encode(Traces.fromObject({ resourceSpans: [{ scopeSpans: [{ spans: raw }] }] })).finish();
}

describe('taskprof where', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const save = (name: string, ...profiles: readonly Profile[]): Promise<void> =>
    writeFile(at(name), encodeOtlpProtobuf(profilesData(...profiles)));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taskprof-where-'));
    await save('all', WAIT, CPU);
    await save('waits', WAIT);
    await save('tasks', profile());
    // On two lines, as a Collector writes them; the root reaches out of the interval.
    const root = span('GET /orders', TRACE, ROOT, '', -100, 1_000);
    const child = span('pg.query', TRACE, CHILD, ROOT, 100, 800);
    await writeFile(
      at('traces'),
      `${traceMessage(root)}\n${traceMessage(child, span('job', OTHER_TRACE, OTHER, '', 0, 60))}\n`,
    );
    await writeFile(at('traces.pb'), protobufMessage(root, child));
  });
  after(() => rm(folder, { recursive: true }));

  async function where(...args: readonly string[]): Promise<CommandResult> {
    return await taskprof(['where', ...args]);
  }

  async function partsOf(...args: readonly string[]): Promise<unknown> {
    const { stdout, stderr } = await where(...args, '--json');
    assert.equal(stderr, '');
    const { wallNanos, cpu, wait, rest, by } = JSON.parse(stdout) as Record<string, { nanos: number }>;
    return {
      wall: Number(wallNanos) / MILLI,
      cpu: cpu && cpu.nanos / MILLI,
      wait: wait!.nanos / MILLI,
      rest: rest!.nanos / MILLI,
      by,
    };
  }

  it('parts the time of a label: on CPU, waiting, and ready without a core', async () => {
    const parts = { wall: 950, cpu: 100, wait: 800, rest: 50, by: 'samples' };
    assert.deepEqual(await partsOf(at('all'), '--label', 'http.route=/orders'), parts);
  });

  it('parts the time of a trace, in whatever case its id is given', async () => {
    const parts = { wall: 950, cpu: 100, wait: 800, rest: 50, by: 'samples' };
    assert.deepEqual(await partsOf(at('all'), '--trace', TRACE.toUpperCase()), parts);
  });

  it('takes the time of the spans where traces are given, as far as it is in the interval', async () => {
    const parts = { wall: 1_000, cpu: 100, wait: 800, rest: 100, by: 'traces' };
    assert.deepEqual(await partsOf(at('all'), '--traces', at('traces'), '--span-name', 'GET /orders'), parts);
    assert.deepEqual(await partsOf(at('all'), '--traces', at('traces'), '--trace', TRACE), parts);
    const ofRoute = ['--trace', TRACE, '--label', 'http.route=/orders'];
    assert.deepEqual(await partsOf(at('all'), '--traces', at('traces'), ...ofRoute), parts);
  });

  it('reads traces in protobuf as well', async () => {
    const parts = { wall: 1_000, cpu: 100, wait: 800, rest: 100, by: 'traces' };
    assert.deepEqual(await partsOf(at('all'), '--traces', at('traces.pb'), '--span-name', 'GET /orders'), parts);
  });

  it('knows what is inside of a span, and what is around it', async () => {
    const parts = { wall: 700, cpu: 0, wait: 600, rest: 100, by: 'traces' };
    assert.deepEqual(await partsOf(at('all'), '--traces', at('traces'), '--span-name', 'pg.query'), parts);
  });

  it('shows a table, with the shares of the whole time and the stacks', async () => {
    const { stdout, exitCode } = await where(at('all'), '--label', 'http.route=/orders');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^950 ms of http\.route=\/orders in shop\nover 10\.0 s, by samples\n/);
    assert.match(
      stdout,
      /\n +100 ms +10\.5 % {2}on CPU\n +800 ms +84\.2 % {2}waiting\n +50 ms +5\.3 % {2}rest: something to run/,
    );
    assert.match(stdout, /\nWaiting\n(.*\n)+.*await in findOrders/);
    assert.match(stdout, /\nOn CPU\n(.*\n)+.*render/);
    const byTraces = await where(at('all'), '--traces', at('traces'), '--span-name', 'GET /orders');
    assert.match(byTraces.stdout, /^1\.00 s of spans GET \/orders in shop\nover 10\.0 s, by 1 span, 1\.00 s each\n/);
  });

  it('says where it has no on-CPU profile', async () => {
    const { stdout } = await where(at('waits'), '--label', 'http.route=/orders');
    assert.match(stdout, /on CPU: not known, there is no such profile \(option cpu\)/);
    assert.equal(((await partsOf(at('waits'), '--label', 'http.route=/orders')) as { cpu: unknown }).cpu, null);
  });

  it('prints folded stacks below what they are', async () => {
    const { stdout } = await where(at('all'), '--label', 'http.route=/orders', '--folded');
    assert.deepEqual(stdout.trim().split('\n').sort(), [
      `on CPU;listOrders;render ${100 * MILLI}`,
      `rest ${50 * MILLI}`,
      `waiting;listOrders;findOrders;Client.query ${600 * MILLI}`,
      `waiting;listOrders;retry ${200 * MILLI}`,
    ]);
  });

  it('asks a process for an interval of all that it exports', async () => {
    const asked: string[] = [];
    const data: ProfilesData = profilesData(WAIT, CPU);
    const { url, close } = await listening(
      createServer((request, response) => {
        asked.push(request.url!);
        response.end(encodeOtlpProtobuf(data));
      }),
    );
    const { stdout } = await where(url, '--seconds', '2', '--label', 'http.route=/orders');
    await close();
    assert.deepEqual(asked, ['/debug/tasks?format=otlp&seconds=2']);
    assert.match(stdout, /^950 ms of http/);
  });

  const failures: [string, () => string[], RegExp, number][] = [
    ['a file that is not there', () => ['nowhere'], /nowhere: there is no such file/, 1],
    ['a file without waits', () => [at('tasks')], /there is no profile of waits in it; those of intervals have one/, 1],
    ['what is not in it', () => [at('all'), '--label', 'http.route=/x'], /nothing of that is in it/, 1],
    ['no traces', () => [at('all'), '--traces', at('all')], /there is no span in it; it must be traces in OTLP/, 1],
    [
      'a span that there is not',
      () => [at('all'), '--traces', at('traces'), '--span-name', 'x'],
      /no such span in it/,
      1,
    ],
    ['a name without traces', () => [at('all'), '--span-name', 'GET /orders'], /--span-name needs --traces/, 2],
    ['seconds of a file', () => [at('all'), '--seconds', '2'], /--seconds is for a live process/, 2],
    ['two outputs', () => [at('all'), '--json', '--folded'], /'--json' cannot be used with option '--folded'/, 2],
  ];
  for (const [what, args, message, code] of failures) {
    it(`refuses ${what}, in one line`, async () => {
      const { stdout, stderr, exitCode } = await where(...args());
      assert.match(stderr, message);
      assert.match(stderr, /^taskprof: [^\n]+\n$/);
      assert.deepEqual([stdout, exitCode], ['', code]);
    });
  }
});
