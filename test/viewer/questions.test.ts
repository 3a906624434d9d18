import assert from 'node:assert/strict';
import type {
  FlameData,
  FlameNode,
  Overview,
  TasksData,
  TimelineData,
  TraceData,
  TracesData,
} from '../../src/viewer/page-data.ts';
import type { Profile, ProfilesData } from '../../src/profile/model.ts';
import type { Viewer } from '../../src/viewer/viewer.ts';
import { frame } from '../support/profiles-data.ts';
import {
  ask,
  messageOf,
  SECOND,
  SPAN,
  span,
  START,
  stopViewers,
  tasks,
  tasksAt,
  TRACE,
  viewerForTest,
} from './viewer-data.ts';

const link = { traceId: TRACE, spanId: SPAN };
const MICROS = Number(START / 1000n);
const at = (seconds: number): number => MICROS + seconds * 1e6;

/** `all 6 > handle 6 > acquire 4`, a line for each path to a leaf. */
function lines(node: FlameNode, above = ''): string[] {
  const { name, value, other } = node;
  const here = `${above}${name} ${value}${other === undefined ? '' : `/${other}`}`;
  return node.children.length === 0 ? [here] : node.children.flatMap((child) => lines(child, `${here} > `));
}

describe('questions of the page', () => {
  let viewer: Viewer;
  const flame = async (question = ''): Promise<string[]> =>
    lines((await ask<FlameData>(viewer, `flame?${question}`)).root);

  beforeEach(async () => {
    viewer = await viewerForTest();
    const gold = { attributes: { tier: 'gold' } };
    viewer.store.addProfiles([
      messageOf('shop', tasksAt(0, tasks(4, 'acquire handle'), tasks(2, 'sleep handle', gold))),
      messageOf('shop', tasksAt(10, tasks(8, 'acquire handle', { link }), tasks(2, 'sleep handle', gold))),
      messageOf('mail', tasksAt(10, tasks(1, 'acquire send'))),
    ]);
  });
  afterEach(stopViewers);

  it('a flame graph has the mean of each process and the sum of these', async () => {
    assert.deepEqual(await flame(), [
      'all 9 > handle 8 > acquire 6',
      'all 9 > handle 8 > sleep 2',
      'all 9 > send 1 > acquire 1',
    ]);
  });

  it('a process that began when another of its service had ended stands in its place', async () => {
    const ofProcess = (pid: number, seconds: number, value: number): ProfilesData => ({
      ...messageOf('api', tasksAt(seconds, tasks(value, 'poll api'))),
      resource: { attributes: { 'service.name': 'api', 'process.pid': pid } },
    });
    viewer.store.addProfiles([ofProcess(1, 0, 10), ofProcess(2, 12, 20), ofProcess(3, 14, 5)]);
    // The second in place of the first, the third beside it.
    assert.deepEqual(await flame('service=api'), ['all 20 > api 20 > poll 20']);
    const { rows } = await ask<TasksData>(viewer, 'tasks?service=api&sort=tasks');
    assert.deepEqual(
      rows.map(({ tasks: of }) => of),
      [20, 5],
    );
  });

  it('values of another unit are not added', async () => {
    const inUnit = (unit: string): Profile => ({
      ...tasksAt(0, tasks(5, 'acquire handle')),
      sampleType: { type: 'wait', unit },
    });
    viewer.store.addProfiles([
      messageOf('shop', inUnit('nanoseconds')),
      messageOf('mail', inUnit('nanoseconds')),
      messageOf('other', inUnit('milliseconds')),
    ]);
    const { total, unit } = await ask<FlameData>(viewer, 'flame?type=wait');
    assert.deepEqual([total, unit], [10, 'nanoseconds']);
  });

  it('a profile of a moment weighs next to nothing beside those of intervals, as in the timeline', async () => {
    const dump = { ...tasksAt(35, tasks(1_000, 'acquire handle')), durationNano: 1n };
    viewer.store.addProfiles([messageOf('dumped', dump)]);
    assert.deepEqual(await flame('service=dumped'), ['all 1000 > handle 1000 > acquire 1000']);
    viewer.store.addProfiles(
      [0, 10, 20, 30, 40, 50].map((seconds) => messageOf('dumped', tasksAt(seconds, tasks(10, 'acquire handle')))),
    );
    const { root } = await ask<FlameData>(viewer, 'flame?service=dumped');
    assert.ok(Math.abs(root.value - 10) < 0.01, String(root.value));
    const { otherTotal } = await ask<FlameData>(viewer, 'flame?service=mail&other.service=dumped');
    assert.ok(Math.abs(otherTotal! - 10) < 0.01, String(otherTotal));
  });

  it('types that count over time are added up', async () => {
    const wait = {
      ...tasksAt(0, tasks(5, 'acquire handle')),
      sampleType: { type: 'wait', unit: 'nanoseconds' },
      // Of the tasks, whose attributes go along.
      attributes: { 'taskprof.tasks': 77 },
    };
    viewer.store.addProfiles([
      messageOf('shop', wait),
      messageOf('shop', { ...wait, timeUnixNano: START + 10n * SECOND }),
    ]);
    assert.deepEqual(await flame('type=wait'), ['all 10 > handle 10 > acquire 10']);
    const { series } = await ask<TimelineData>(viewer, 'timeline?type=wait');
    assert.deepEqual(
      series.map(({ values }) => values),
      [[5, 5]],
    );
  });

  for (const [what, question, expected] of [
    ['a range', `from=${at(0)}&to=${at(9)}`, ['all 6 > handle 6 > acquire 4', 'all 6 > handle 6 > sleep 2']],
    ['a service', 'service=mail', ['all 1 > send 1 > acquire 1']],
    [
      'a function',
      `frame=${encodeURIComponent('handle\nfile:///app/pool.js')}`,
      ['all 8 > handle 8 > acquire 6', 'all 8 > handle 8 > sleep 2'],
    ],
    ['a text in any case', 'text=SLE', ['all 2 > handle 2 > sleep 2']],
    ['several filters at once', 'text=acquire&text=send', ['all 1 > send 1 > acquire 1']],
    ['a label', 'label=tier%3Dgold', ['all 2 > handle 2 > sleep 2']],
    ['a trace', `trace=${TRACE}`, ['all 4 > handle 4 > acquire 4']],
    ['a text with wildcards of SQL, which are none', 'text=%25', ['all 0']],
  ] as const) {
    it(`a flame graph is of ${what}`, async () => {
      assert.deepEqual(await flame(question), expected);
    });
  }

  it('two ranges are compared', async () => {
    assert.deepEqual(
      await flame(`from=${at(0)}&to=${at(9)}&other.from=${at(11)}&other.to=${at(21)}&service=shop&other.service=shop`),
      ['all 6/10 > handle 6/10 > acquire 4/8', 'all 6/10 > handle 6/10 > sleep 2/2'],
    );
  });

  it('ranges of unequal length are compared by what they would have in the same time', async () => {
    const wait = (seconds: number, value: number): Profile => ({
      ...tasksAt(seconds, tasks(value, 'acquire handle')),
      sampleType: { type: 'wait', unit: 'nanoseconds' },
    });
    viewer.store.addProfiles([messageOf('shop', wait(0, 30), wait(10, 30), wait(20, 30), wait(30, 20))]);
    const ranges = `from=${at(0)}&to=${at(30)}&other.from=${at(30)}&other.to=${at(40)}`;
    const { otherScale, total, otherTotal } = await ask<FlameData>(viewer, `flame?type=wait&${ranges}`);
    assert.deepEqual([otherScale, total, otherTotal], [3, 90, 60]);
    const equal = `from=${at(0)}&to=${at(10)}&other.from=${at(30)}&other.to=${at(40)}`;
    assert.equal((await ask<FlameData>(viewer, `flame?type=wait&${equal}`)).otherScale, undefined);
    const means = `from=${at(0)}&to=${at(20)}&other.from=${at(0)}&other.to=${at(10)}`;
    assert.equal((await ask<FlameData>(viewer, `flame?type=tasks&${means}`)).otherScale, undefined);
  });

  it('functions count once where they call themselves', async () => {
    viewer.store.addProfiles([messageOf('loop', tasksAt(0, tasks(3, 'walk walk main')))]);
    const { functions } = await ask<FlameData>(viewer, 'flame?service=loop');
    assert.deepEqual(
      functions.map(({ name, self, total }) => [name, self, total]),
      [
        ['walk', 3, 3],
        ['main', 0, 3],
      ],
    );
  });

  it('what is too small to be seen is left out and counted', async () => {
    const many = Array.from({ length: 3_000 }, (_, n) => tasks(1, `f${n} small`));
    viewer.store.addProfiles([messageOf('many', tasksAt(0, tasks(100_000, 'large'), ...many))]);
    const { root, hidden, total } = await ask<FlameData>(viewer, 'flame?service=many');
    assert.deepEqual(
      [lines(root), hidden, total],
      [['all 103000 > large 100000', 'all 103000 > small 3000'], 3_000, 103_000],
    );
  });

  it('a timeline has the top stacks by time', async () => {
    const { step, times, series } = await ask<TimelineData>(viewer, 'timeline');
    assert.deepEqual([step, times], [10e6, [at(0), at(10)]]);
    assert.deepEqual(
      series.map(({ frames, values }) => [frames.map(({ name }) => name).join(' '), values]),
      [
        ['acquire handle', [4, 8]],
        ['sleep handle', [2, 2]],
        ['acquire send', [0, 1]],
      ],
    );
  });

  it('a timeline has what a profile was split into as one', async () => {
    viewer.store.addProfiles([
      messageOf('split', tasksAt(0, tasks(6, 'acquire handle'), tasks(1, 'a'))),
      messageOf('split', tasksAt(0, tasks(4, 'sleep handle'), tasks(2, 'a'))),
    ]);
    const { series } = await ask<TimelineData>(viewer, 'timeline?service=split');
    assert.deepEqual(
      series.map(({ values }) => values[0]),
      [6, 4, 3],
    );
  });

  it('stacks that are not among the top are one', async () => {
    viewer.store.addProfiles([
      messageOf('many', tasksAt(0, ...'abcdefghij'.split('').map((name, n) => tasks(20 - n, name)))),
    ]);
    const { series } = await ask<TimelineData>(viewer, 'timeline?service=many');
    assert.deepEqual(
      series.map(({ values }) => values[0]),
      [20, 19, 18, 17, 16, 15, 14, 13 + 12 + 11],
    );
    assert.deepEqual(series.at(-1)!.frames, []);
  });

  it('tasks are those of the newest profile, in the order that is asked for', async () => {
    const newest = {
      ...tasksAt(20, tasks(8, 'acquire handle', { link }), tasks(2, 'sleep handle')),
      attributes: { 'taskprof.sample.oldest_wait': [5_000_000, 7_000_000], 'taskprof.sample.await_index': [1, 0] },
    };
    viewer.store.addProfiles([messageOf('shop', newest)]);
    viewer.store.addSpans([{ ...messageOf('shop'), spans: [span()] }]);
    const { rows, stacks, rowCount } = await ask<TasksData>(viewer, 'tasks?service=shop');
    assert.equal(rowCount, 2);
    assert.deepEqual(
      rows.map(({ wait, tasks: count }) => [wait, count]),
      [
        [7_000, 2],
        [5_000, 8],
      ],
    );
    const { stack, ...row } = rows[1]!;
    assert.deepEqual(
      stacks[stack],
      [frame('acquire'), frame('handle')].map(({ functionName: name, file, line, column }) => ({
        name,
        file,
        line,
        column,
      })),
    );
    assert.deepEqual(row, {
      ...{ state: 'parked', tasks: 8, standardError: 0, wait: 5_000, awaitIndex: 1, labels: [], service: 'shop' },
      ...{ traceId: TRACE, spanId: SPAN, spanName: 'GET /orders' },
    });
    const sorted = await ask<TasksData>(viewer, 'tasks?service=shop&sort=tasks&direction=descending');
    assert.deepEqual(
      sorted.rows.map(({ tasks: count }) => count),
      [8, 2],
    );
  });

  it('lost tasks are listed beside those that are parked', async () => {
    const lost = { ...tasksAt(0, tasks(3, 'forgotten handle')), sampleType: { type: 'lost', unit: 'count' } };
    viewer.store.addProfiles([messageOf('shop', lost)]);
    const { rows } = await ask<TasksData>(viewer, 'tasks?service=shop&sort=state&direction=ascending');
    assert.deepEqual(
      rows.map(({ state, tasks: count }) => [state, count]),
      [
        ['lost', 3],
        ['parked', 8],
        ['parked', 2],
      ],
    );
  });

  it('stuck tasks are called so, and become it within one park', async () => {
    const labels = { a: 'b', 'z"["': '["taskprof.stuck","true"]' };
    const profileAt = (seconds: number, attributes: Profile['attributes'], waitSeconds: number): Profile => ({
      ...tasksAt(seconds, tasks(8, 'acquire handle', { link, attributes })),
      attributes: { 'taskprof.sample.oldest_wait': [waitSeconds * 1e9] },
    });
    viewer.store.addProfiles([
      messageOf('shop', profileAt(20, labels, 5)),
      messageOf('shop', profileAt(30, { ...labels, 'taskprof.stuck': 'true' }, 15)),
    ]);
    const { rows } = await ask<TasksData>(viewer, 'tasks?service=shop&sort=state&direction=ascending');
    assert.deepEqual(
      rows.map(({ state, tasks: count }) => [state, count]),
      [['stuck', 8]],
    );
    const { spans } = await ask<TraceData>(viewer, `trace?id=${TRACE}`);
    assert.deepEqual(
      spans[0]!.parked.map((parked) => [parked.start, parked.end, parked.labels]),
      [
        [at(20), at(20), []],
        [at(25), at(40), [...Object.entries(labels), ['taskprof.stuck', 'true']]],
      ],
    );
  });

  it('a trace has its spans as a tree with the tasks that were parked in them', async () => {
    const child = span({
      spanId: 'b7ad6b7169203332',
      parentSpanId: SPAN,
      name: 'pg.query',
      startTimeUnixNano: START + SECOND,
    });
    viewer.store.addSpans([{ ...messageOf('shop'), spans: [child, span({ endTimeUnixNano: START + 30n * SECOND })] }]);
    const { spans, stacks } = await ask<TraceData>(viewer, `trace?id=${TRACE}`);
    assert.deepEqual(
      spans.map(({ name, depth, parked }) => [
        name,
        depth,
        parked.map(({ stack, tasks: count }) => [stacks[stack]![0]!.name, count]),
      ]),
      [
        ['GET /orders', 0, [['acquire', 8]]],
        ['pg.query', 1, []],
      ],
    );
  });

  it('a span that has not ended is there by its tasks, and so is its trace', async () => {
    const { spans } = await ask<TraceData>(viewer, `trace?id=${TRACE}`);
    assert.deepEqual(
      spans.map(({ spanId, hasEnded, name, parked }) => [spanId, hasEnded, name, parked.length]),
      [[SPAN, false, '', 1]],
    );
    const { rows } = await ask<TracesData>(viewer, 'traces');
    assert.deepEqual(
      rows.map(({ traceId, isOpen, tasks: count, spans: ended }) => [traceId, isOpen, count, ended]),
      [[TRACE, true, 8, 0]],
    );
  });

  it("spans that are each other's parents end nothing", async () => {
    const other = 'b7ad6b7169203332';
    viewer.store.addSpans([
      { ...messageOf('shop'), spans: [span({ parentSpanId: other }), span({ spanId: other, parentSpanId: SPAN })] },
    ]);
    assert.equal((await ask<TraceData>(viewer, `trace?id=${TRACE}`)).spans.length, 2);
  });

  it('traces are chosen by the stacks of their tasks', async () => {
    const id = 'f'.repeat(32);
    viewer.store.addSpans([{ ...messageOf('shop'), spans: [span(), span({ traceId: id })] }]);
    const traceIds = async (question: string): Promise<string[]> =>
      (await ask<TracesData>(viewer, `traces?${question}`)).rows.map(({ traceId }) => traceId);
    assert.deepEqual(await traceIds(''), [TRACE, id]);
    assert.deepEqual(await traceIds('text=acquire'), [TRACE]);
    assert.deepEqual(await traceIds('text=sleep'), []);
  });

  it('an empty store has no answer, and no fault', async () => {
    const empty = await viewerForTest();
    const overview = await ask<Overview>(empty, 'overview');
    assert.deepEqual([overview.profiles, overview.traces, overview.types, overview.start], [0, 0, [], undefined]);
    for (const question of ['timeline', 'flame', 'tasks']) assert.equal(await ask(empty, question), null);
    assert.deepEqual(await ask(empty, 'traces'), { rows: [], count: 0 });
  });

  for (const [question, problem] of [
    ['tasks?sort=drop', /400 "sort" must be one of/],
    ['flame?from=yesterday', /400 "from" must be a whole number/],
    ['flame?label=x', /400 "label" must be name=value/],
    ['flame?trace=1', /400 a trace id must be 32 hex digits/],
    ['trace?id=ffffffffffffffffffffffffffffffff', /404 no trace/],
    ['nothing', /404 there is nothing at "\/api\/nothing"/],
    [`flame?${'text=a&'.repeat(17)}`, /400 there may be 16/],
  ] as const) {
    it(`says what is wrong with ${question.slice(0, 40)}`, async () => {
      await assert.rejects(ask(viewer, question), problem);
    });
  }
});
