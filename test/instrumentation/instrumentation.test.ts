import assert from 'node:assert/strict';
import { metrics, trace } from '@opentelemetry/api';
import { InstrumentationBase } from '@opentelemetry/instrumentation';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { ExportOutcome, ProfileExporter } from '../../src/export/exporter.ts';
import {
  InvalidOptionError,
  TaskProfiler,
  TaskProfilerInstrumentation,
  type TaskProfilerInstrumentationConfig,
} from '../../src/index.ts';
import { framesOf } from '../../src/profile/location.ts';
import type { ProfilesData } from '../../src/profile/model.ts';

class KeepingExporter implements ProfileExporter {
  readonly data: ProfilesData[] = [];
  shutdowns = 0;

  export(data: ProfilesData): Promise<ExportOutcome> {
    this.data.push(data);
    return Promise.resolve({ status: 'success' });
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.shutdowns += 1;
    return Promise.resolve();
  }

  get functionNames(): string[] {
    const samples = this.data.flatMap(({ profiles }) => profiles.flatMap((profile) => profile.samples));
    return samples.flatMap(({ stack }) =>
      stack.flatMap((entry) => framesOf(entry).map(({ functionName }) => functionName)),
    );
  }
}

/** A task that is parked until `resume`. */
function park(): { resume: () => void } {
  let resume = (): void => {};
  const promise = new Promise<void>((resolve) => (resume = resolve));
  void (async function parkedTask() {
    await promise;
  })();
  return { resume };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('TaskProfilerInstrumentation', () => {
  let exporter: KeepingExporter;
  let made: TaskProfilerInstrumentation[];

  const make = (config: TaskProfilerInstrumentationConfig = {}) => {
    const instrumentation = new TaskProfilerInstrumentation({ sampling: 'all', exporter, ...config });
    made.push(instrumentation);
    return instrumentation;
  };

  beforeEach(() => {
    exporter = new KeepingExporter();
    made = [];
  });

  afterEach(() => {
    for (const instrumentation of made) instrumentation.disable();
    trace.disable();
    metrics.disable();
  });

  it('is an instrumentation with the name and the version of the package', () => {
    const instrumentation = make();
    assert.ok(instrumentation instanceof InstrumentationBase);
    assert.equal(instrumentation.instrumentationName, 'otel-taskprof');
    assert.match(instrumentation.instrumentationVersion, /^\d+\.\d+\.\d+/);
    assert.deepEqual(instrumentation.getModuleDefinitions(), []);
  });

  it('profiles from its construction', () => {
    const { profiler } = make();
    assert.ok(profiler instanceof TaskProfiler);
    assert.ok(profiler.running);
    const task = park();
    assert.equal(profiler.snapshot().totalTasks, 1);
    task.resume();
  });

  it('waits for enable() with enabled: false', () => {
    const instrumentation = make({ enabled: false });
    assert.equal(instrumentation.profiler.running, false);
    instrumentation.enable();
    assert.equal(instrumentation.profiler.running, true);
  });

  it('exports what is parked on forceFlush(), with its scope and the resource of the SDK', async () => {
    trace.setGlobalTracerProvider(new TracerProvider({ resource: resourceFromAttributes({ 'service.name': 'shop' }) }));
    const instrumentation = make();
    const task = park();
    await turn();
    await instrumentation.forceFlush();
    task.resume();

    assert.ok(exporter.functionNames.includes('parkedTask'));
    assert.deepEqual(exporter.data[0]?.resource, { attributes: { 'service.name': 'shop' } });
    assert.equal(exporter.data[0].scope.name, 'otel-taskprof');
    assert.ok(instrumentation.profiler.running);
  });

  it('delivers and stops on shutdown(), once', async () => {
    const instrumentation = make();
    const task = park();
    await turn();
    await Promise.all([instrumentation.shutdown(), instrumentation.shutdown(), instrumentation.forceFlush()]);
    task.resume();

    assert.equal(exporter.data.length, 1);
    assert.equal(exporter.shutdowns, 1);
    assert.equal(instrumentation.profiler.running, false);
    assert.equal(instrumentation.isEnabled(), false);
  });

  it('exports to several exporters, whatever one of them does', async () => {
    const hanging = new KeepingExporter();
    hanging.export = () => new Promise(() => {});
    const instrumentation = make({ exporter: [hanging, exporter], exportTimeoutMillis: 50 });
    const task = park();
    await turn();
    await instrumentation.forceFlush();
    await instrumentation.forceFlush();
    task.resume();

    assert.equal(exporter.data.length, 2);
  });

  it('only profiles with no exporter', async () => {
    const instrumentation = make({ exporter: [] });
    const task = park();
    await turn();
    assert.equal(instrumentation.profiler.snapshot().totalTasks, 1);
    await instrumentation.forceFlush();
    task.resume();
    await instrumentation.shutdown();
    assert.equal(instrumentation.profiler.running, false);
  });

  for (const bad of [{}, null, [{}], ['otlp']]) {
    it(`refuses ${JSON.stringify(bad)} as exporter`, () => {
      assert.throws(() => make({ exporter: bad as never }), { name: 'InvalidOptionError', option: 'exporter' });
    });
  }

  it("delivers and stops with the SDK's shutdown", async () => {
    const provider = new TracerProvider();
    trace.setGlobalTracerProvider(provider);
    const instrumentation = make();
    const task = park();
    await turn();
    await provider.shutdown();
    task.resume();

    assert.ok(exporter.functionNames.includes('parkedTask'));
    assert.equal(instrumentation.profiler.running, false);
  });

  it('takes the tracer provider that it is given', async () => {
    const instrumentation = make();
    const resource = resourceFromAttributes({ 'service.name': 'given' });
    instrumentation.setTracerProvider(new TracerProvider({ resource }));
    const task = park();
    await turn();
    await instrumentation.forceFlush();
    task.resume();

    assert.deepEqual(exporter.data[0]?.resource.attributes, { 'service.name': 'given' });
  });

  it('leaves nothing behind after disable()', async () => {
    const provider = new TracerProvider();
    trace.setGlobalTracerProvider(provider);
    const keysBefore = Reflect.ownKeys(provider);
    const listenersBefore = process.eventNames().map((name) => [name, process.listenerCount(name)]);

    const instrumentation = make();
    assert.notDeepEqual(Reflect.ownKeys(provider), keysBefore);
    instrumentation.disable();
    const task = park();
    await turn();
    await instrumentation.forceFlush();
    await provider.shutdown();
    task.resume();

    assert.equal(instrumentation.profiler.running, false);
    assert.deepEqual(Reflect.ownKeys(provider), keysBefore);
    assert.deepEqual(
      process.eventNames().map((name) => [name, process.listenerCount(name)]),
      listenersBefore,
    );
    assert.deepEqual(exporter.data, []);
  });

  it('may be enabled again, with the same exporter', async () => {
    const instrumentation = make();
    instrumentation.disable();
    await turn();
    instrumentation.enable();
    const task = park();
    await turn();
    await instrumentation.forceFlush();
    task.resume();

    assert.equal(exporter.shutdowns, 0);
    assert.ok(exporter.functionNames.includes('parkedTask'));
  });

  it('changes nothing where it is enabled twice', () => {
    const instrumentation = make();
    const task = park();
    instrumentation.enable();
    assert.equal(instrumentation.profiler.snapshot().totalTasks, 1);
    task.resume();
  });

  it('takes a new configuration at once', () => {
    const instrumentation = make();
    const { profiler } = instrumentation;
    instrumentation.setConfig({ sampling: 0.5, exporter });

    assert.equal(profiler.running, false);
    assert.equal(instrumentation.profiler.snapshot().samplingProbability, 0.5);
    assert.equal(instrumentation.getConfig().sampling, 0.5);
  });

  it('keeps the configuration where the new one is bad', () => {
    const instrumentation = make();
    const { profiler } = instrumentation;
    assert.throws(() => instrumentation.setConfig({ maxTasks: 0 }), InvalidOptionError);
    assert.equal(instrumentation.profiler, profiler);
    assert.ok(profiler.running);
    assert.equal(instrumentation.getConfig().sampling, 'all');
  });

  for (const [option, value] of [
    ['sampling', 'often'],
    ['maxTasks', -1],
    ['overheadBudget', '1%'],
    ['maxStackDepth', 0],
    ['strongMillis', Infinity],
    ['stuckMillis', 0],
    ['onStuck', 'log'],
    ['exportIntervalMillis', 'soon'],
    ['exportTimeoutMillis', 0],
    ['exporter', { export: 'no function' }],
    ['workers', 'alone'],
  ] as const) {
    it(`throws on a bad ${option}, naming it and the value`, () => {
      const config = { [option]: value } as unknown as TaskProfilerInstrumentationConfig;
      assert.throws(
        () => make(config),
        (error) => {
          assert.ok(error instanceof InvalidOptionError);
          assert.equal(error.option, option);
          assert.equal(error.value, value);
          return true;
        },
      );
    });
  }
});
