import assert from 'node:assert/strict';
import { metrics, trace } from '@opentelemetry/api';
import { AggregationTemporality, MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ProfileExporter } from '../../src/export/exporter.ts';
import { ExportFailure } from '../../src/export/failure.ts';
import { TaskProfilerInstrumentation, type TaskProfilerInstrumentationConfig } from '../../src/index.ts';
import { METRICS } from '../../src/metrics/metric-table.ts';
import { AskedReader } from './collect-metrics.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

class SilentExporter implements ProfileExporter {
  export(): ReturnType<ProfileExporter['export']> {
    return Promise.resolve({ status: 'success' });
  }
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

class RefusingExporter extends SilentExporter {
  override export(): ReturnType<ProfileExporter['export']> {
    return Promise.resolve({ status: 'failure', error: new ExportFailure('HTTP 400', 'no') });
  }
}

class ThrowingExporter extends SilentExporter {
  override export(): never {
    throw new ExportFailure('broken', 'it throws');
  }
}

/** Parks so many tasks; the function lets them go on. */
function park(count: number): () => Promise<void> {
  const releases: (() => void)[] = [];
  for (let i = 0; i < count; i++) {
    void (async function parkedTask() {
      await new Promise<void>((resolve) => releases.push(resolve));
    })();
  }
  return async () => {
    for (const release of releases) release();
    await turn();
  };
}

describe('the metrics of the profiler', () => {
  let reader: AskedReader;
  let provider: MeterProvider;
  const made: TaskProfilerInstrumentation[] = [];

  /** A cumulative reader goes on to tell the last value of what is not observed any more. */
  const useDeltas = () => {
    reader = new AskedReader({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
    provider = new MeterProvider({ readers: [reader] });
  };

  const start = (config: TaskProfilerInstrumentationConfig = {}) => {
    const exporter = new SilentExporter();
    const instrumentation = new TaskProfilerInstrumentation({ sampling: 'all', exporter, ...config });
    made.push(instrumentation);
    instrumentation.setMeterProvider(provider);
    return instrumentation;
  };

  /** A value out of one collection, a new one by default. */
  const valueOf = async (name: string, attributes: Record<string, unknown> = {}, collected = reader.read()) => {
    const points = (await collected).get(name)?.points ?? [];
    const wanted = points.filter((point) =>
      Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    );
    assert.equal(wanted.length, 1, `points of ${name}: ${JSON.stringify(points)}`);
    return wanted[0]!.value;
  };

  beforeEach(() => {
    reader = new AskedReader();
    provider = new MeterProvider({ readers: [reader] });
  });

  afterEach(async () => {
    for (const instrumentation of made.splice(0)) instrumentation.disable();
    metrics.disable();
    trace.disable();
    await provider.shutdown();
  });

  it('are those of the table, with its kinds and units', async () => {
    start();
    await turn();
    const collected = await reader.read();
    const expected = METRICS.map(({ name, kind, unit }) => [name, kind, unit]);
    assert.deepEqual(
      [...collected].map(([name, { kind, unit }]) => [name, kind, unit]),
      expected,
    );
  });

  /** Tasks by what became of them, in one collection. */
  const tasks = async () => {
    const collected = reader.read();
    const values = ['live', 'started', 'resumed', 'lost'].map((what) =>
      valueOf(`taskprof.task.${what}`, {}, collected),
    );
    const [live, started, resumed, lost] = await Promise.all(values);
    return { live: live!, started: started!, resumed: resumed!, lost: lost! };
  };

  it('tell how many tasks are live, started, resumed and lost', async () => {
    start();
    const release = park(40);
    await turn();
    const parked = await tasks();
    assert.equal(parked.live, 40);
    assert.equal(parked.started - parked.resumed, 40);
    await release();
    const { live, started, resumed, lost } = await tasks();
    assert.deepEqual([live, started - resumed, lost], [0, 0, 0]);
    assert.ok(resumed >= parked.resumed + 40);
  });

  it('count a call and its caller as one task', async () => {
    start();
    const releases: (() => void)[] = [];
    const child = async () => {
      await new Promise<void>((resolve) => releases.push(resolve));
    };
    const caller = async () => {
      await child();
    };
    const parents = async (count: number) => {
      await turn();
      const before = await tasks();
      for (let i = 0; i < count; i++) void caller();
      await turn();
      const after = await tasks();
      assert.equal(after.live - before.live, count);
      return after.started - before.started;
    };
    // What the test itself awaits in between is the same both times.
    const [ten, thirty] = [await parents(10), await parents(30)];
    assert.equal(thirty - ten, 20);
    for (const release of releases) release();
  });

  it('count tasks whose promise was collected as lost', async () => {
    start();
    (() => {
      for (let i = 0; i < 5; i++) void (async () => await new Promise<void>(() => undefined))();
    })();
    await turn();
    while ((await valueOf('taskprof.task.lost')) < 5) {
      globalThis.gc?.();
      await turn();
    }
    assert.equal(await valueOf('taskprof.task.live'), 0);
  });

  it('tell what the profiler did and what it took', async () => {
    start();
    const release = park(10);
    await turn();
    assert.ok((await valueOf('taskprof.stack.captured')) >= 10);
    assert.ok((await valueOf('taskprof.overhead.time')) > 0);
    assert.equal(await valueOf('taskprof.sampling.probability', { 'taskprof.source': 'captured' }), 1);
    assert.equal(await valueOf('taskprof.sampling.probability', { 'taskprof.source': 'followed' }), 1);
    assert.ok((await valueOf('taskprof.live_set.size', { 'taskprof.source': 'captured' })) >= 10);
    await release();
  });

  it('tell why samples were dropped', async () => {
    start({ maxTasks: 8 });
    const release = park(20);
    await turn();
    assert.ok((await valueOf('taskprof.sample.dropped', { 'taskprof.drop.reason': 'live_set_full' })) > 0);
    assert.equal(await valueOf('taskprof.sample.dropped', { 'taskprof.drop.reason': 'stack_overflow' }), 0);
    await release();
  });

  for (const [what, exporter, type, loss] of [
    ['arrived', new SilentExporter(), 'SilentExporter', undefined],
    ['was refused', new RefusingExporter(), 'RefusingExporter', 'HTTP 400'],
    ['was thrown at', new ThrowingExporter(), 'ThrowingExporter', 'broken'],
  ] as const) {
    for (const several of [false, true]) {
      it(`tell of an export that ${what}${several ? ', of one exporter of two' : ''}`, async () => {
        const instrumentation = start({ exporter: several ? [exporter, new SilentExporter()] : exporter });
        const release = park(1);
        await turn();
        await instrumentation.forceFlush();
        const exported = (await reader.read()).get('taskprof.exporter.message.exported')!.points;
        const name = `${type}/0`;
        const ours = exported.filter(({ attributes }) => attributes['otel.component.name'] === name);
        const arrived = loss === undefined ? 1 : 0;
        assert.deepEqual(
          ours.map(({ value, attributes }) => [value, attributes['error.type']]),
          loss === undefined ? [[arrived, undefined]] : [[arrived, undefined], [1, loss]], // prettier-ignore
        );
        assert.ok(ours.every(({ attributes }) => attributes['otel.component.type'] === type));
        await release();
      });
    }
  }

  it('are there without an exporter', async () => {
    start({ exporter: [] });
    const release = park(3);
    await turn();
    assert.equal(await valueOf('taskprof.task.live'), 3);
    await release();
  });

  it('end with the profiler, and come back with it', async () => {
    useDeltas();
    const instrumentation = start();
    await turn();
    assert.ok((await reader.read()).size > 0);
    instrumentation.disable();
    assert.equal((await reader.read()).size, 0);
    instrumentation.enable();
    assert.ok((await reader.read()).size > 0);
  });

  it('go to the new provider where it is replaced', async () => {
    useDeltas();
    const instrumentation = start();
    await turn();
    assert.ok((await reader.read()).size > 0);
    const newReader = new AskedReader();
    const newProvider = new MeterProvider({ readers: [newReader] });
    instrumentation.setMeterProvider(newProvider);
    await turn();
    assert.ok((await newReader.read()).size > 0);
    assert.equal((await reader.read()).size, 0);
    await newProvider.shutdown();
  });

  it('go to a global provider that nobody announces', async () => {
    const instrumentation = new TaskProfilerInstrumentation({ sampling: 'all', exporter: new SilentExporter() });
    made.push(instrumentation);
    metrics.setGlobalMeterProvider(provider);
    while ((await reader.read()).size === 0) await turn();
    assert.equal(await valueOf('taskprof.task.live'), 0);
  });
});
