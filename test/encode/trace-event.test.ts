import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeTraceEvents, type TraceEvent } from '../../src/encode/trace-event.ts';
import {
  TaskProfiler,
  type Timeline,
  type TimelineSlice,
  type TimelineSpan,
  timelineToTraceEvents,
} from '../../src/index.ts';
import { buildTimelineProfile } from '../../src/profile/build-timeline.ts';
import { readWithDevtools } from '../support/devtools-trace.ts';
import { frame, profile } from '../support/profiles-data.ts';
import { gate, inOwnTurn, settled } from '../support/settled.ts';
import { stopped } from '../support/timelines.ts';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

function timelineOf(slices: readonly TimelineSlice[], spans: readonly TimelineSpan[] = []): Timeline {
  const counts = { roots: 1, skippedRoots: 2, droppedSlices: 3 };
  return { startTimeUnixNano: 1_790_000_000_123_456_789n, durationNano: 1_000_000_000n, slices, spans, ...counts };
}

function slice(startNano: number, durationNano: number, changes: Partial<TimelineSlice> = {}): TimelineSlice {
  const stack = [frame('Pool.connect'), frame('query'), frame('handle')];
  return {
    task: 1,
    root: 1,
    state: 'waiting',
    startNano,
    durationNano,
    stack,
    awaitIndex: 1,
    labels: {},
    span: undefined,
    ...changes,
  };
}

function spanOf(startNano: number, durationNano: number, changes: Partial<TimelineSpan> = {}): TimelineSpan {
  return {
    ...SPAN,
    root: 1,
    parentSpanId: undefined,
    name: 'GET /orders',
    startNano,
    durationNano,
    hasEnded: true,
    ...changes,
  };
}

interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: Readonly<Record<string, string>>;
}

function fileOf(timeline: Timeline): TraceFile {
  return JSON.parse(Buffer.from(timelineToTraceEvents(timeline)).toString()) as TraceFile;
}

/** `track: name from-to`, in microseconds. */
function lines({ traceEvents }: TraceFile): string[] {
  const names = new Map(
    traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid, args }) => [tid, args.name]),
  );
  return traceEvents
    .filter(({ ph }) => ph === 'X')
    .map(({ tid, name, ts, dur }) => `${String(names.get(tid))}: ${name} ${ts!}-${ts! + dur!}`);
}

/** As a reader has to take it: what begins inside of another ends there. */
function expectNested({ traceEvents }: TraceFile): void {
  for (const events of Map.groupBy(traceEvents, ({ pid, tid }) => `${pid} ${tid}`).values()) {
    const open: number[] = [];
    const complete = events.filter(({ ph }) => ph === 'X');
    // Stable: of what begins at once the first is the outer one.
    for (const { ts, dur } of complete.toSorted((one, other) => one.ts! - other.ts!)) {
      const [start, end] = [ts!, ts! + dur!];
      assert.ok(Number.isSafeInteger(start) && Number.isSafeInteger(end));
      while (open.length > 0 && open.at(-1)! <= start) open.pop();
      assert.ok(
        open.length === 0 || end <= open.at(-1)!,
        `${start} to ${end} is not inside of what ends at ${open.at(-1)!}`,
      );
      open.push(end);
    }
  }
}

/** What a file says of the timeline as a whole. */
const OTHER_DATA = {
  startTimeUnixNano: '1790000000123456789',
  durationNano: '1000000000',
  'taskprof.view': 'timeline',
  'taskprof.timeline.roots': '1',
  'taskprof.timeline.skipped_roots': '2',
  'taskprof.timeline.dropped_slices': '3',
};

describe('trace events', () => {
  it('are the calls of a task, and in them what it did', () => {
    const file = fileOf(
      timelineOf([
        slice(1_000, 2_000, { state: 'running', stack: [frame('query'), frame('handle')], awaitIndex: 0 }),
        slice(3_000, 4_000, { labels: { tenant: 'acme' }, span: SPAN }),
        slice(7_000, 1_000, { state: 'running', stack: [frame('handle')], awaitIndex: 0 }),
        slice(8_000, 1_000, { stack: [frame('commit'), frame('handle')], awaitIndex: 0 }),
      ]),
    );
    assert.deepEqual(lines(file), [
      'task 1 handle: handle 1-9',
      'task 1 handle: query 1-7',
      'task 1 handle: commit 8-9',
      'task 1 handle: running 1-3',
      'task 1 handle: await Pool.connect 3-7',
      'task 1 handle: running 7-8',
      'task 1 handle: await 8-9',
    ]);
    const { args, cat } = file.traceEvents.find(({ name }) => name === 'await Pool.connect')!;
    assert.deepEqual(cat, 'waiting');
    assert.deepEqual(args, {
      task: 1,
      at: 'file:///app/pool.js:5:10',
      operation: ['Pool.connect file:///app/pool.js:12:24'],
      labels: { tenant: 'acme' },
      ...SPAN,
    });
    assert.deepEqual(file.otherData, OTHER_DATA);
  });

  it('take a call for the same one as long as it is on the stack, also where callers have returned', () => {
    const stackOf = (...names: string[]): Partial<TimelineSlice> => ({
      stack: names.map((name) => frame(name)),
      awaitIndex: 0,
    });
    const file = fileOf(
      timelineOf([
        slice(0, 1_000, stackOf('query', 'helper', 'handle', 'route')),
        slice(1_000, 1_000, stackOf('query', 'handle')),
        slice(2_000, 1_000, stackOf('handle')),
        slice(3_000, 1_000, stackOf('query', 'handle')),
      ]),
    );
    assert.deepEqual(
      lines(file).filter((line) => !line.includes('await')),
      ['route 0-4', 'handle 0-4', 'helper 0-2', 'query 0-2', 'query 3-4'].map((line) => `task 1 route: ${line}`),
    );
  });

  it('leave out how Node and packages have begun a task, unless there is nothing else', () => {
    const server = [frame('emit', 'node:events'), frame('onRequest', '/app/node_modules/fastify/lib/route.js')];
    const callsOf = (stack: TimelineSlice['stack']): string[] =>
      lines(fileOf(timelineOf([slice(0, 1_000, { stack, awaitIndex: 0 })])))
        .filter((line) => !line.includes('await'))
        .map((line) => line.split(' ').at(-2)!);
    assert.deepEqual(callsOf([frame('query', '/app/node_modules/pg/index.js'), frame('handle'), ...server]), [
      'handle',
      'query',
    ]);
    assert.deepEqual(callsOf(server), ['onRequest', 'emit']);
  });

  it('are all that a timeline holds, in the order of roots and tasks', () => {
    const query = [frame('Pool.connect', 'file:///app/node_modules/pg/pool.js'), frame('query'), frame('handle')];
    const all = { functionName: 'Promise.all', file: '', line: 0, column: 0 };
    const file = fileOf(
      timelineOf(
        [
          slice(500, 1_000, { task: 12, root: 2, stack: [all, frame('', 'file:///app/a.js')] }),
          slice(1_000, 2_000, { state: 'running', stack: [...query.slice(1), frame('', 'node:http')], awaitIndex: 0 }),
          slice(3_000, 4_000, { stack: query, labels: { tenant: 'acme' }, span: SPAN }),
        ],
        [
          spanOf(0, 10_000, { root: 2, name: 'job' }),
          spanOf(500, 9_000, { parentSpanId: '00f067aa0ba902b7', hasEnded: false }),
        ],
      ),
    );
    const [wait, place] = [{ cat: 'waiting', ph: 'X' }, 'file:///app/pool.js:5:10'];
    const meta = (name: string, pid: number, tid: number, args: object): object => ({ name, ph: 'M', pid, tid, args });
    const call = { cat: 'call', ph: 'X' };
    const ids = { traceId: SPAN.traceId, spanId: SPAN.spanId };
    assert.deepEqual(file.traceEvents, [
      meta('process_name', 1, 1, { name: 'GET /orders 0af76519' }),
      meta('process_sort_index', 1, 1, { sort_index: 1 }),
      meta('thread_name', 1, 2, { name: 'spans' }),
      meta('thread_sort_index', 1, 2, { sort_index: 2 }),
      {
        ...{ name: 'GET /orders', cat: 'span', pid: 1, tid: 2, ph: 'X', ts: 1, dur: 9 },
        args: { ...ids, parentSpanId: '00f067aa0ba902b7', hasEnded: false },
      },
      meta('thread_name', 1, 3, { name: 'task 1 handle' }),
      meta('thread_sort_index', 1, 3, { sort_index: 3 }),
      { ...call, name: 'handle', pid: 1, tid: 3, args: { at: 'file:///app/pool.js:6:12' }, ts: 1, dur: 6 },
      { ...call, name: 'query', pid: 1, tid: 3, args: { at: place }, ts: 1, dur: 6 },
      { name: 'running', cat: 'running', pid: 1, tid: 3, args: { task: 1, at: place }, ph: 'X', ts: 1, dur: 2 },
      {
        ...{ ...wait, name: 'await Pool.connect', pid: 1, tid: 3, ts: 3, dur: 4 },
        args: {
          ...{ task: 1, at: place, operation: ['Pool.connect file:///app/node_modules/pg/pool.js:12:24'] },
          ...{ labels: { tenant: 'acme' }, ...ids },
        },
      },
      meta('process_name', 4, 4, { name: 'job 0af76519' }),
      meta('process_sort_index', 4, 4, { sort_index: 2 }),
      meta('thread_name', 4, 5, { name: 'spans' }),
      meta('thread_sort_index', 4, 5, { sort_index: 5 }),
      { name: 'job', cat: 'span', pid: 4, tid: 5, args: ids, ph: 'X', ts: 0, dur: 10 },
      meta('thread_name', 4, 6, { name: 'task 12' }),
      meta('thread_sort_index', 4, 6, { sort_index: 6 }),
      { ...call, name: '<anonymous>', pid: 4, tid: 6, args: { at: 'file:///app/a.js:0:0' }, ts: 1, dur: 1 },
      {
        ...{ ...wait, name: 'await Promise.all', pid: 4, tid: 6, ts: 1, dur: 1 },
        args: { task: 12, at: 'file:///app/a.js:0:0', operation: ['Promise.all'] },
      },
    ]);
    assert.deepEqual(file.otherData, OTHER_DATA);
  });

  it('name a root by its span, else its route, and have its tasks and spans together', () => {
    const tracks = (spans: readonly TimelineSpan[], labels: Record<string, string>): string[] =>
      fileOf(timelineOf([slice(0, 1, { labels }), slice(5, 5, { task: 2, root: 1 })], spans))
        .traceEvents.filter(({ name }) => name.endsWith('_name'))
        .map(({ args }) => String(args.name));
    const tasks = ['task 1 handle', 'task 2 handle'];
    assert.deepEqual(tracks([spanOf(-5, 10)], {}), ['GET /orders 0af76519', 'spans', ...tasks]);
    assert.deepEqual(tracks([], { 'http.route': '/orders' }), ['/orders', ...tasks]);
    assert.deepEqual(tracks([], {}), ['root 1', ...tasks]);
    const traced = fileOf(timelineOf([slice(0, 1), slice(1, 1, { span: SPAN })]));
    assert.equal(traced.traceEvents[0]!.args.name, 'root 1 0af76519');
  });

  it('have spans that overlap on tracks of their own', () => {
    const file = fileOf(
      timelineOf([], [spanOf(0, 10_000), spanOf(1_000, 2_000, { name: 'pg' }), spanOf(2_000, 5_000, { name: 'http' })]),
    );
    assert.deepEqual(lines(file), ['spans: GET /orders 0-10', 'spans: pg 1-3', 'spans: http 2-7']);
    assert.equal(new Set(file.traceEvents.filter(({ ph }) => ph === 'X').map(({ tid }) => tid)).size, 2);
    expectNested(file);
  });

  it('have spans on as few tracks as there have to be: one after the other, and inside of each other', () => {
    const spans = [
      spanOf(0, 4_000, { name: 'inner' }),
      spanOf(0, 10_000, { name: 'outer' }),
      spanOf(4_000, 6_000, { name: 'next' }),
      spanOf(10_000, 2_000, { name: 'after' }),
      spanOf(11_000, 2_000, { name: 'overlaps' }),
      spanOf(13_000, 1_000, { name: 'last' }),
    ];
    const { traceEvents } = fileOf(timelineOf([], spans));
    const tracks = Map.groupBy(
      traceEvents.filter(({ ph }) => ph === 'X'),
      ({ tid }) => tid,
    );
    assert.deepEqual(
      Array.from(tracks.values(), (events) => events.map(({ name }) => name)),
      [['outer', 'inner', 'next', 'after', 'last'], ['overlaps']],
    );
  });

  it('nest and do not overlap on any track, whatever the timeline is', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 5 });
    const step = fc.record({
      task: fc.integer({ min: 1, max: 3 }),
      gap: fc.nat(1_500),
      length: fc.integer({ min: 1, max: 3_000 }),
      names,
      running: fc.boolean(),
    });
    const spans = fc.array(
      fc.record({ start: fc.nat(40_000), length: fc.nat(20_000), root: fc.integer({ min: 1, max: 2 }) }),
    );
    fc.assert(
      fc.property(fc.array(step), spans, (steps, spansMade) => {
        const ends = new Map<number, number>();
        const slices = steps.map(({ task, gap, length, names: stack, running }) => {
          const start = (ends.get(task) ?? 0) + gap;
          ends.set(task, start + length);
          const state = running ? 'running' : 'waiting';
          const awaitIndex = running ? 0 : stack.length - 1;
          return slice(start, length, {
            task,
            root: task % 2,
            state,
            stack: stack.map((name) => frame(name)),
            awaitIndex,
          });
        });
        const file = fileOf(
          timelineOf(
            slices.toSorted((one, other) => one.task - other.task || one.startNano - other.startNano),
            spansMade.map(({ start, length, root }, i) =>
              spanOf(start, length, { root, spanId: `b7ad6b71692033${10 + i}` }),
            ),
          ),
        );
        expectNested(file);
        const leaves = file.traceEvents.filter(({ cat }) => cat === 'running' || cat === 'waiting');
        assert.equal(leaves.length, slices.length);
      }),
    );
  });

  it('are read by the trace engine of Chrome’s DevTools with all their nesting', async () => {
    const profiler = new TaskProfiler();
    profiler.start();
    // The test is no root then.
    await settled();
    const recording = profiler.timeline({ everyNthRoot: 1, overheadBudget: 1 });
    const [first, second] = [gate(), gate()];
    async function acquire(opened: typeof first): Promise<void> {
      await opened.promise;
    }
    async function handle(): Promise<void> {
      await acquire(first);
      await Promise.all([acquire(second), acquire(second)]);
    }
    inOwnTurn(() => void handle());
    for (const one of [first, second]) {
      await settled();
      one.open();
    }
    await settled();
    const timeline = stopped(recording);
    profiler.stop();
    const file = timelineToTraceEvents(timeline);
    expectNested(JSON.parse(Buffer.from(file).toString()) as TraceFile);
    const threads = await readWithDevtools(file);
    assert.equal(threads.length, 3);
    assert.equal(new Set(threads.map(({ process }) => process)).size, 1);
    const written = fileOf(timeline).traceEvents.filter(({ ph }) => ph === 'X').length;
    assert.equal(
      threads.reduce((sum, { events }) => sum + events.length, 0),
      written,
    );
    const waits = threads[0]!.events.filter(({ name }) => name === 'await');
    assert.deepEqual(
      waits.map(({ path }) => path.slice(-2)),
      [
        ['handle', 'acquire'],
        [waits[1]!.path.at(-2), 'handle'],
      ],
    );
  });

  it('are of timelines only', () => {
    assert.throws(() => encodeTraceEvents(profile()), {
      name: 'InvalidProfileError',
      message: /only timelines .* "tasks"$/,
    });
    encodeTraceEvents(buildTimelineProfile(timelineOf([])));
  });
});
