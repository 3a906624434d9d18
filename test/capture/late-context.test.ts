import assert from 'node:assert/strict';
import { type Context, type Span, ROOT_CONTEXT, context, createContextKey, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { TaskProfiler, type TaskProfilerOptions } from '../../src/index.ts';
import { LateContext } from '../../src/capture/late-context.ts';
import { TaskContextReader } from '../../src/capture/task-context.ts';
import { taskLabelConfig } from '../../src/config/labels.ts';
import { nowMillis } from '../../src/base/clock.ts';
import { gate, inOwnTurn, settled, until } from '../support/settled.ts';

const REQUEST_KEY = createContextKey('request');
const reader = new TaskContextReader(taskLabelConfig());
const tracer = new TracerProvider().getTracer('test');

const startSpan = (route?: string) => {
  const span = tracer.startSpan('request', { attributes: route === undefined ? {} : { 'http.route': route } });
  return { span, active: trace.setSpan(ROOT_CONTEXT, span) };
};

const routeOf = (late: LateContext): unknown => late.current.labels.values['http.route'];

async function collected(ref: WeakRef<object>): Promise<void> {
  await until(() => {
    globalThis.gc!();
    return ref.deref() === undefined;
  });
}

describe('LateContext', () => {
  it('gives the labels as they are when it is asked', () => {
    const { span, active } = startSpan();
    const late = new LateContext(reader, active);
    assert.equal(routeOf(late), undefined);
    span.setAttribute('http.route', '/late');
    assert.equal(routeOf(late), '/late');
    late.weaken();
    span.setAttribute('http.route', '/later');
    assert.equal(routeOf(late), '/later');
    assert.equal(late.current.span?.spanId, span.spanContext().spanId);
  });

  it('gives what was there last once it has settled', () => {
    const { span, active } = startSpan('/first');
    const late = new LateContext(reader, active);
    span.setAttribute('http.route', '/last');
    late.settle();
    span.setAttribute('http.route', '/too late');
    late.weaken();
    assert.equal(routeOf(late), '/last');
  });

  for (const letGo of ['weaken', 'settle'] as const) {
    it(`keeps no context alive after ${letGo}, and still gives what was there`, async () => {
      const { late, ref } = (() => {
        const { active } = startSpan('/orders');
        return { late: new LateContext(reader, active), ref: new WeakRef(active) };
      })();
      late[letGo]();
      await collected(ref);
      assert.equal(routeOf(late), '/orders');
    });
  }
});

const ENGINES: Record<string, TaskProfilerOptions> = {
  captured: { sampling: 'all', maxTasks: Infinity },
  followed: { sampling: 1, overheadBudget: 1e-9, strongMillis: 1 },
};

for (const [engine, options] of Object.entries(ENGINES)) {
  describe(`the context of tasks that are ${engine}`, () => {
    let profiler: TaskProfiler;
    let open: () => void;

    before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));

    beforeEach(() => {
      profiler = new TaskProfiler(options);
      profiler.start();
    });

    afterEach(() => {
      open();
      profiler.stop();
    });

    after(() => context.disable());

    async function parks(): Promise<void> {
      const { promise, open: openIt } = gate();
      open = openIt;
      await promise;
    }

    const pass = (millis: number): Promise<void> => {
      const startedAt = nowMillis();
      return until(() => nowMillis() - startedAt > millis);
    };

    it('is not kept alive by one that is abandoned', async () => {
      let ref: WeakRef<Context> | undefined;
      await inOwnTurn(() => {
        const active = startSpan().active.setValue(REQUEST_KEY, {});
        ref = new WeakRef(active);
        context.with(active, () => void parks());
      });
      open = () => undefined;
      profiler.snapshot();
      await collected(ref!);
    });

    it('is read for an interval when it ends, of parks that go on', async () => {
      const { span, active } = startSpan();
      context.with(active, () => void parks());
      const interval = profiler.openInterval()!;
      span.setAttribute('http.route', '/late');
      await pass(2);
      const labels = interval.end().samples.map((sample) => sample.labels);
      assert.ok(
        labels.some((it) => it['http.route'] === '/late'),
        JSON.stringify(labels),
      );
    });
  });
}

describe('the context of a captured task that has resumed', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  it('was read for the interval when it resumed, and is not kept alive', async () => {
    const profiler = new TaskProfiler({ sampling: 'all' });
    profiler.start();
    const interval = profiler.openInterval()!;
    const { promise, open } = gate();
    let ref: WeakRef<Context> | undefined;
    let span: Span | undefined;
    await inOwnTurn(() => {
      const started = startSpan();
      span = started.span;
      ref = new WeakRef(started.active);
      context.with(
        started.active,
        () => void (async () => (await promise, span!.setAttribute('http.route', '/resumed')))(),
      );
    });
    await settled();
    span!.setAttribute('http.route', '/parked');
    open();
    await settled();
    span = undefined;
    await collected(ref!);
    const labels = interval.end().samples.map((sample) => sample.labels['http.route']);
    profiler.stop();
    assert.ok(labels.includes('/parked') && !labels.includes('/resumed'), JSON.stringify(labels));
  });
});
