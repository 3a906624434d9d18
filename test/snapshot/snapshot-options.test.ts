import assert from 'node:assert/strict';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InvalidOptionError, TaskProfiler, withTaskLabels } from '../../src/index.ts';
import { nowMillis } from '../../src/base/clock.ts';
import { expectTasks, expectNoTasks } from '../support/tasks.ts';
import { gate, until } from '../support/settled.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

async function waits(open: Promise<void>): Promise<void> {
  await open;
}

async function waitsElsewhere(open: Promise<void>): Promise<void> {
  await open;
}

describe('snapshot options', () => {
  const open = gate();
  let profiler: TaskProfiler;

  before(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
    profiler.start();
    const span = trace.setSpanContext(context.active(), { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 });
    void waits(open.promise);
    withTaskLabels({ tier: 'gold', shard: 3 }, () => void waits(open.promise));
    withTaskLabels({ tier: 'gold' }, () => withTaskLabels({ tier: 'tin' }, () => void waits(open.promise)));
    context.with(span, () => void waitsElsewhere(open.promise));
  });

  after(() => {
    profiler.stop();
    open.open();
    context.disable();
  });

  it('finds labels and spans where the tasks parked, inner labels over outer ones', () => {
    const { samples } = profiler.snapshot();
    assert.deepEqual(
      samples
        .filter(({ labels }) => 'tier' in labels)
        .map(({ labels }) => labels)
        .sort((a, b) => Object.keys(a).length - Object.keys(b).length),
      [{ tier: 'tin' }, { shard: 3, tier: 'gold' }],
    );
    assert.deepEqual(samples.find(({ span }) => span !== undefined)?.span, { traceId: TRACE_ID, spanId: SPAN_ID });
  });

  it('takes only tasks with the labels', () => {
    expectTasks(profiler.snapshot({ labels: { tier: 'gold' } }), [{ at: 'waits', tasks: 1 }]);
    expectNoTasks(profiler.snapshot({ labels: { tier: 'gold', shard: 4 } }));
  });

  it('takes only tasks of the trace', () => {
    expectTasks(profiler.snapshot({ traceId: TRACE_ID.toUpperCase() }), [{ at: 'waitsElsewhere', tasks: 1 }]);
  });

  it('takes only tasks with a matching frame', () => {
    expectTasks(profiler.snapshot({ matching: /^waitsElsewhere \(.*snapshot-options/g }), [
      { at: 'waitsElsewhere', tasks: 1 },
    ]);
    expectNoTasks(profiler.snapshot({ matching: /^nothing/ }));
  });

  it('takes only tasks that have waited long enough', async () => {
    const late = gate();
    const startedAt = nowMillis();
    await until(() => nowMillis() - startedAt > 30);
    void waitsElsewhere(late.promise);
    expectTasks(profiler.snapshot({ minWaitMillis: 20 }), [
      { at: 'waits', tasks: 3 },
      { at: 'waitsElsewhere', tasks: 1 },
    ]);
    late.open();
  });

  it('weighs a random choice of maxTasks such that the total stays unbiased', () => {
    const many = new TaskProfiler({ sampling: 'all', maxTasks: Infinity }, seededRandom(11));
    many.start();
    for (let i = 0; i < 300; i++) void waits(open.promise);
    for (let i = 0; i < 100; i++) void waitsElsewhere(open.promise);
    const elsewhere: number[] = [];
    for (let trial = 0; trial < 200; trial++) {
      const snapshot = many.snapshot({ maxTasks: 40 });
      assert.ok(Math.abs(snapshot.totalTasks - 400) < 1e-6);
      assert.ok(Math.abs(snapshot.samplingProbability - 0.1) < 1e-9);
      elsewhere.push(
        snapshot.samples
          .filter((it) => it.stack[0]?.functionName === 'waitsElsewhere')
          .reduce((sum, { tasks }) => sum + tasks, 0),
      );
    }
    many.stop();
    expectUnbiased(elsewhere, 100, 'a group');
  });

  it('names the option and the value of what it does not take', () => {
    const bad: [object, string][] = [
      [{ maxTasks: 0 }, 'maxTasks must be a whole number of at least 1, or Infinity, got 0'],
      [{ minWaitMillis: -1 }, 'minWaitMillis must be a number of milliseconds of at least 0, got -1'],
      [{ traceId: 'abc' }, 'traceId must be 32 hex digits, got "abc"'],
      [{ matching: 'waits' }, 'matching must be a regular expression, got "waits"'],
      [{ labels: 'tier' }, 'labels must be an object of label values, got "tier"'],
    ];
    for (const [options, message] of bad) {
      assert.throws(() => profiler.snapshot(options), { name: 'InvalidOptionError', message });
    }
    assert.throws(() => withTaskLabels({ tier: {} as string }, () => undefined), InvalidOptionError);
  });
});
