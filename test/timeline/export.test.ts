import assert from 'node:assert/strict';
import { resolveInstrumentationSettings } from '../../src/config/instrumentation-config.ts';
import { timelineConfig } from '../../src/config/timeline.ts';
import {
  InvalidOptionError,
  type Profile,
  TaskProfiler,
  TaskProfilerInstrumentation,
  type TaskProfilerInstrumentationConfig,
} from '../../src/index.ts';
import { IntervalSource } from '../../src/interval-source.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { RecordingExporter } from '../support/recording-exporter.ts';
import { gate, inOwnTurn, settled, until } from '../support/settled.ts';

describe('timelines, as they are exported', () => {
  let exporter: RecordingExporter;
  let instrumentation: TaskProfilerInstrumentation | undefined;

  beforeEach(() => (exporter = new RecordingExporter()));
  afterEach(() => instrumentation?.shutdown());

  function start(config: TaskProfilerInstrumentationConfig): TaskProfilerInstrumentation {
    return (instrumentation = new TaskProfilerInstrumentation({
      exporter,
      exportIntervalMillis: 3_600_000,
      ...config,
    }));
  }

  const timelines = (): Profile[] =>
    exporter.exports.flatMap(({ profiles }) => profiles.filter(({ sampleType }) => sampleType.type === 'timeline'));

  async function handleOrder(opened: Promise<void>): Promise<void> {
    await opened;
  }

  /** States of the slices in which it was, in the order of time. */
  function statesOf({ samples }: Profile): unknown[] {
    return samples
      .filter(({ stack }) => stack.some((entry) => 'functionName' in entry && entry.functionName === 'handleOrder'))
      .flatMap(({ attributes, timed }) =>
        timed!.map((one) => ({ ...one, state: attributes['taskprof.timeline.state'] })),
      )
      .sort((one, other) => Number(one.timeUnixNano - other.timeUnixNano))
      .map(({ state }) => state);
  }

  it('go with the periodic profiles, one after another without a gap', async () => {
    start({ timeline: { everyNthRoot: 1, overheadBudget: 1 } });
    const opened = gate();
    inOwnTurn(() => void handleOrder(opened.promise));
    await settled();
    await instrumentation!.forceFlush();
    opened.open();
    await settled();
    await instrumentation!.forceFlush();
    const [first, second] = timelines();
    assert.deepEqual(statesOf(first!), ['running', 'waiting']);
    assert.deepEqual(statesOf(second!), ['waiting', 'running']);
    const gap = Number(second!.timeUnixNano - first!.timeUnixNano - first!.durationNano);
    assert.ok(Math.abs(gap) < 2e6, `${gap} ns`);
  });

  it('are among what a thread that exits hands over in one go', async () => {
    const profiler = new TaskProfiler();
    profiler.start();
    const timeline = timelineConfig({ everyNthRoot: 1, overheadBudget: 1 });
    const source = new IntervalSource(profiler, { resource: () => ({}), scope: { name: '', version: '' }, timeline });
    inOwnTurn(() => void handleOrder(gate().promise));
    await settled();
    const last = source.endNow().filter(({ sampleType }) => sampleType.type === 'timeline');
    profiler.stop();
    assert.deepEqual(last.map(statesOf), [['running', 'waiting']]);
  });

  it('are none by default', async () => {
    start({});
    inOwnTurn(() => void handleOrder(gate().promise));
    await settled();
    await instrumentation!.forceFlush();
    assert.deepEqual(timelines(), []);
  });

  it('follow a dump where the trigger says so, and carry its cause', async () => {
    start({ triggers: { timeline: { everyNthRoot: 1, durationMillis: 100, overheadBudget: 1 } } });
    const timer = setInterval(() => void handleOrder(gate().promise), 2);
    const event = await instrumentation!.triggers.trigger({ reason: 'deployed' });
    const timeline = await event!.timeline;
    clearInterval(timer);
    assert.ok(timeline!.slices.length > 0);
    await until(() => timelines().length > 0);
    const [{ attributes } = { attributes: {} as Profile['attributes'] }] = timelines();
    assert.equal(attributes['taskprof.trigger.role'], 'timeline');
    assert.equal(attributes['taskprof.trigger.id'], event!.id);
    assert.equal(attributes['taskprof.trigger.reason'], 'deployed');
  });

  it('are switched on by the environment, unless the code says otherwise', () => {
    const environment = { OTEL_TASKPROF_TIMELINE_EVERY_NTH_ROOT: '500' };
    const decided = (timeline?: TaskProfilerInstrumentationConfig['timeline']): number | undefined =>
      resolveInstrumentationSettings(timeline === undefined ? {} : { timeline }, environment).timeline?.everyNthRoot;
    assert.deepEqual(
      [decided(), decided(true), decided({ everyNthRoot: 3 }), decided(false)],
      [500, 500, 3, undefined],
    );
    assert.equal(decided({ labels: { tenant: 'acme' } }), 1);
    const said = recordDiag();
    const bad = { OTEL_TASKPROF_TIMELINE_EVERY_NTH_ROOT: 'x' };
    assert.equal(resolveInstrumentationSettings({}, bad).timeline, undefined);
    said.stop();
    assert.match(
      said.lines.join('\n'),
      /OTEL_TASKPROF_TIMELINE_EVERY_NTH_ROOT="x" is ignored: timelineEveryNthRoot must be a whole number/,
    );
  });

  for (const [timeline, message] of [
    [7, /^timeline must be true, false or an object of options, got 7$/],
    [{ everyNthRoot: 0 }, /^timeline\.everyNthRoot must be a whole number of at least 1, got 0$/],
    [{ durationMillis: 5 }, /^timeline\.durationMillis must be left out/],
  ] as const) {
    it(`refuse ${JSON.stringify(timeline)}`, () => {
      const config = { timeline } as unknown as TaskProfilerInstrumentationConfig;
      assert.throws(() => new TaskProfilerInstrumentation(config), { name: InvalidOptionError.name, message });
    });
  }
});
