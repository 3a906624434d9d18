import assert from 'node:assert/strict';
import {
  InvalidOptionError,
  TaskProfiler,
  TaskProfilerInstrumentation,
  type TaskProfilerInstrumentationConfig,
  TaskProfilerTriggers,
  type TriggerEvent,
} from '../../src/index.ts';
import { RecordingExporter } from '../support/recording-exporter.ts';
import { type Gate, gate, settled, until } from '../support/settled.ts';

const role = 'taskprof.trigger.role';

describe('triggers of the instrumentation', () => {
  let exporter: RecordingExporter;
  let instrumentation: TaskProfilerInstrumentation | undefined;
  let parked: Gate;

  beforeEach(() => {
    exporter = new RecordingExporter();
    parked = gate();
  });

  afterEach(() => {
    instrumentation?.disable();
    parked.open();
  });

  async function parks(): Promise<void> {
    await parked.promise;
  }

  function make(config: TaskProfilerInstrumentationConfig = {}): TaskProfilerInstrumentation {
    instrumentation = new TaskProfilerInstrumentation({ sampling: 'all', exporter, ...config });
    void parks();
    return instrumentation;
  }

  const roles = (): unknown[] => exporter.exports.map(({ profiles }) => profiles[0]!.attributes[role]);

  it('export through its exporter, between the periodic profiles and under their resource and scope', async () => {
    const { triggers, forceFlush } = bound(make());
    await forceFlush();
    await triggers.trigger();
    await forceFlush();
    assert.deepEqual(roles(), [undefined, 'dump', undefined]);
    const [periodic, dump] = exporter.exports;
    assert.deepEqual(dump!.resource, periodic!.resource);
    assert.deepEqual(dump!.scope, periodic!.scope);
  });

  it('fire by themselves, with the options that the code gives', async () => {
    const events: TriggerEvent[] = [];
    make({
      triggers: {
        liveTasks: { aboveTasks: 3 },
        warmUpMillis: 0,
        checkIntervalMillis: 100,
        onTrigger: (event) => events.push(event),
      },
    });
    for (let i = 0; i < 5; i++) void parks();
    await until(() => events.length > 0);
    assert.equal(events[0]!.trigger, 'liveTasks');
    await until(() => exporter.exports.length > 0);
    assert.deepEqual(roles(), ['dump']);
  });

  it('deliver what is under way at the shutdown, before the exporter is shut down', async () => {
    const { triggers, shutdown } = bound(make());
    exporter.held = true;
    void triggers.trigger();
    const down = shutdown();
    await until(() => exporter.exports.length > 0);
    exporter.held = false;
    await settled();
    assert.ok(!exporter.calls.includes('shutdown'));
    exporter.release();
    await down;
    assert.deepEqual(roles(), ['dump', undefined]);
    assert.equal(exporter.calls.at(-1), 'shutdown');
  });

  it('tell onTrigger where nothing is exported', async () => {
    const events: TriggerEvent[] = [];
    const { triggers } = make({ exporter: [], triggers: { onTrigger: (event) => events.push(event) } });
    await triggers.trigger();
    assert.equal(events.length, 1);
    assert.equal(triggers.counts.exports, 0);
  });

  it('do not fire after it was disabled, and do so again after it was enabled', async () => {
    const own = make();
    own.disable();
    assert.equal(await own.triggers.trigger(), undefined);
    own.enable();
    assert.ok(await own.triggers.trigger());
  });

  it('let go of the signal when it is disabled', () => {
    const before = process.listenerCount('SIGUSR2');
    const own = make({ triggers: { signal: 'SIGUSR2' } });
    assert.equal(process.listenerCount('SIGUSR2'), before + 1);
    own.disable();
    assert.equal(process.listenerCount('SIGUSR2'), before);
  });

  it('are checked at the construction, and a bad option leaves what runs as it is', async () => {
    const bad = { triggers: { signal: 'SIGUSR1' } };
    assert.throws(() => new TaskProfilerInstrumentation(bad), InvalidOptionError);
    const own = make();
    assert.throws(() => own.setConfig(bad), /triggers\.signal must be .* got "SIGUSR1"/);
    assert.ok(await own.triggers.trigger());
  });

  it('only count the exports that hang or fail, and leave the periodic ones alone', async () => {
    const { triggers, forceFlush } = bound(make({ exportIntervalMillis: 10_000, exportTimeoutMillis: 500 }));
    exporter.held = true;
    await triggers.trigger();
    await until(() => triggers.counts.failedExports === 1);
    exporter.held = false;
    await forceFlush();
    assert.deepEqual(roles(), ['dump', undefined]);
  });
});

describe('TaskProfilerTriggers', () => {
  it('exports for a profiler without an instrumentation, under the resource that is given', async () => {
    const profiler = new TaskProfiler({ sampling: 'all' });
    const exporter = new RecordingExporter();
    const resource = { 'service.name': 'shop' };
    const triggers = new TaskProfilerTriggers(profiler, { signal: 'SIGUSR2' }, { exporter, resource });
    const parked = gate();
    profiler.start();
    triggers.start();
    void (async () => {
      await parked.promise;
    })();
    await settled();
    process.emit('SIGUSR2');
    await triggers.forceFlush();
    triggers.stop();
    profiler.stop();
    parked.open();
    assert.equal(exporter.exports.length, 1);
    assert.deepEqual(exporter.exports[0]!.resource.attributes, resource);
    assert.equal(exporter.exports[0]!.profiles[0]!.attributes['taskprof.trigger.name'], 'signal');
    assert.ok(!exporter.calls.includes('shutdown'), "the exporter is the user's");
  });
});

function bound(instrumentation: TaskProfilerInstrumentation) {
  return {
    triggers: instrumentation.triggers,
    forceFlush: () => instrumentation.forceFlush(),
    shutdown: () => instrumentation.shutdown(),
  };
}
