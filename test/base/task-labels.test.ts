import assert from 'node:assert/strict';
import { EventEmitter, on, once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { type Span, ROOT_CONTEXT, context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { TaskProfiler, type TaskProfilerOptions, type TaskSample, withTaskLabels } from '../../src/index.ts';
import { gate, until } from '../support/settled.ts';
import type { Carrier } from './label-worker.ts';

/** Stacks are taken at the await, or walked later. */
const ENGINES: Record<string, TaskProfilerOptions> = {
  captured: { sampling: 'all', maxTasks: Infinity },
  followed: { sampling: 1, overheadBudget: 1e-9 },
};

/** Calls `park` beyond a boundary; what is returned is called outside of the context. */
const BOUNDARIES: Record<string, (park: () => void) => unknown> = {
  'an await': async (park) => (await Promise.resolve(), park()),
  'an await of a timer': async (park) => (await sleep(1), park()),
  'the callback of a promise': (park) => Promise.resolve().then(park),
  'an async generator': async (park) => {
    async function* values(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      park();
      yield 2;
    }
    for await (const value of values()) assert.ok(value);
  },
  setTimeout: (park) => setTimeout(park, 1),
  setInterval: (park) => {
    const timer = setInterval(() => (clearInterval(timer), park()), 1);
  },
  setImmediate: (park) => setImmediate(park),
  'process.nextTick': (park) => process.nextTick(park),
  queueMicrotask: (park) => queueMicrotask(park),
  'a listener of what is emitted in it': (park) => {
    const emitter = new EventEmitter().once('event', park);
    setImmediate(() => emitter.emit('event'));
  },
  'an emitter that is bound, of what is emitted elsewhere': (park) => {
    const emitter = context.bind(context.active(), new EventEmitter());
    emitter.once('event', park);
    return () => emitter.emit('event');
  },
  'an await of an event that is emitted elsewhere': (park) => {
    const emitter = new EventEmitter();
    void once(emitter, 'event').then(park);
    return () => emitter.emit('event');
  },
  'an iteration over events that are emitted elsewhere': (park) => {
    const emitter = new EventEmitter();
    void (async () => {
      for await (const event of on(emitter, 'event')) return (assert.ok(event), park());
    })();
    return () => emitter.emit('event');
  },
  'a stream': async (park) => {
    for await (const chunk of Readable.from(['chunk'])) assert.ok(chunk);
    park();
  },
  'a bound function that is called elsewhere': (park) => context.bind(context.active(), park),
  'a message to a bound listener': (park) => {
    const { port1, port2 } = new MessageChannel();
    const listener = context.bind(context.active(), () => (port1.close(), park()));
    port1.once('message', listener);
    return () => port2.postMessage('message');
  },
  'a message of a worker that is bound': (park) => {
    const worker = new Worker('require("worker_threads").parentPort.postMessage(1)', { eval: true });
    context.bind(context.active(), worker).once('message', park);
  },
};

let opens: (() => void)[] = [];

/** Waits for a promise of its own: of those who share one only captures know. */
async function parks(): Promise<void> {
  const { promise, open } = gate();
  opens.push(open);
  await promise;
}

/** Runs it in a span, with baggage and labels. */
function inOperation(fn: () => unknown): { span: Span; result: unknown } {
  const span = new TracerProvider().getTracer('test').startSpan('operation', {}, ROOT_CONTEXT);
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
  const active = propagation.setBaggage(trace.setSpan(ROOT_CONTEXT, span), baggage);
  const labelled = (): unknown =>
    withTaskLabels({ job: 'outer', step: 'outer' }, () => withTaskLabels({ step: 'inner' }, fn));
  return { span, result: context.with(active, labelled) };
}

for (const [engine, options] of Object.entries(ENGINES)) {
  describe(`labels of tasks that are ${engine}`, () => {
    let profiler: TaskProfiler;

    before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));

    beforeEach(() => {
      profiler = new TaskProfiler({ ...options, labels: { baggage: ['tenant'] } });
      profiler.start();
    });

    afterEach(() => {
      profiler.stop();
      for (const open of opens) open();
      opens = [];
    });

    after(() => context.disable());

    const parkedSamples = (snapshotOptions = {}): readonly TaskSample[] =>
      profiler
        .snapshot(snapshotOptions)
        .samples.filter(({ stack }) => stack.some(({ functionName }) => functionName === 'parks'));

    for (const [boundary, cross] of Object.entries(BOUNDARIES)) {
      it(`survive ${boundary}`, async () => {
        const { span, result } = inOperation(() => cross(() => void parks()));
        if (typeof result === 'function') (result as () => void)();
        await until(() => opens.length === 1);
        span.setAttribute('http.route', '/late');

        const labels = { 'http.route': '/late', job: 'outer', step: 'inner', tenant: 'acme' };
        const samples = parkedSamples();
        assert.deepEqual(
          samples.map((sample) => [sample.tasks, sample.labels]),
          [[1, labels]],
        );
        assert.equal(samples[0]?.span?.spanId, span.spanContext().spanId);
      });
    }

    it('can be asked for, wherever they come from', async () => {
      const { span } = inOperation(() => void parks());
      span.setAttribute('http.route', '/late');
      for (const labels of [{ job: 'outer' }, { tenant: 'acme' }, { 'http.route': '/late' }]) {
        assert.equal(parkedSamples({ labels }).length, 1, JSON.stringify(labels));
      }
      for (const labels of [{ job: 'inner' }, { tenant: 'other' }, { 'http.route': '/' }]) {
        assert.equal(parkedSamples({ labels }).length, 0, JSON.stringify(labels));
      }
    });

    it('pin tasks, wherever they come from', async () => {
      for (let i = 0; i < 50; i++) void parks();
      const { span } = inOperation(() => void parks());
      for (let i = 0; i < 50; i++) void parks();
      span.setAttribute('http.route', '/late');
      for (const pinnedLabels of [{ job: 'outer' }, { tenant: 'acme' }, { 'http.route': '/late' }]) {
        const labelled = parkedSamples({ maxTasks: 3, pinnedLabels }).filter(({ labels }) => 'job' in labels);
        assert.deepEqual(
          labelled.map(({ tasks }) => tasks),
          [1],
          JSON.stringify(pinnedLabels),
        );
      }
    });

    it('group tasks by value', async () => {
      const { span: one } = inOperation(() => void parks());
      const { span: other } = inOperation(() => void parks());
      for (const span of [one, other]) span.setAttribute('http.route', '/same');
      assert.equal(new Set(parkedSamples().map(({ labels }) => labels)).size, 1);
    });

    it('are counted where they are cut', async () => {
      profiler.stop();
      profiler = new TaskProfiler({ ...options, labels: { maxLabels: 1, maxValueLength: 2 } });
      profiler.start();
      for (let i = 0; i < 3; i++) inOperation(() => void parks());
      const snapshot = profiler.snapshot({ matching: /^parks / });
      assert.deepEqual(snapshot.samples[0]?.labels, { step: 'in' });
      assert.equal(snapshot.cutLabels, 6);
      assert.equal(profiler.counts?.cutLabels, 6);
      profiler.snapshot();
      assert.equal(profiler.counts.cutLabels, 12);
    });
  });
}

describe('labels beyond a worker message', () => {
  before(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CBaggagePropagator());
  });

  after(() => {
    context.disable();
    propagation.disable();
  });

  it('are those of the baggage that goes with it', async () => {
    const worker = new Worker(new URL('label-worker.ts', import.meta.url), { stdout: false });
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => {
      const carrier: Carrier = {};
      propagation.inject(context.active(), carrier);
      worker.postMessage(carrier);
    });
    const [labels] = (await once(worker, 'message')) as [unknown];
    await worker.terminate();
    assert.deepEqual(labels, [{ tenant: 'acme' }]);
  });
});
