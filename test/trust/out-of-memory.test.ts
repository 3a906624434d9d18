import assert from 'node:assert/strict';
import { runInThisContext } from 'node:vm';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TaskProfilerInstrumentation, type TaskProfilerOptions } from '../../src/index.ts';
import { AskedReader } from '../metrics/collect-metrics.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { NO_MEMORY, refuseArrays } from '../support/no-memory.ts';
import { hooksInPlace } from './faults/hooks.ts';

/** Of the end of the process: there until the instrumentation is disabled. */
const LISTENERS = 'listeners of the process';

/** More than any table of the live set has room for at first. */
const TASKS = 3_000;

/** As many functions of their own positions. */
const parks = runInThisContext(
  `[${Array.from({ length: TASKS }, () => 'async function (promise) { return await promise; }').join(',\n')}]`,
) as ((promise: Promise<number>) => Promise<number>)[];

/** What has its stacks taken at once, and what has them walked later. */
const ENGINES: Record<string, TaskProfilerOptions> = {
  'stacks that are captured': { sampling: 'all', maxTasks: Infinity },
  'rows of parked awaits': { sampling: 0.999, overheadBudget: 1e-6 },
};

describe('where no table of the live set can grow', () => {
  let said: DiagLines;
  let instrumentation: TaskProfilerInstrumentation;
  let allow: () => void;

  beforeEach(() => {
    said = recordDiag();
  });

  afterEach(() => {
    allow();
    instrumentation.disable();
    said.stop();
  });

  for (const [what, options] of Object.entries(ENGINES)) {
    it(`the application goes on, profiling ends, and says so once: ${what}`, async () => {
      const before = hooksInPlace();
      const reader = new AskedReader();
      instrumentation = new TaskProfilerInstrumentation({ ...options, exporter: [], enabled: false });
      instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));
      instrumentation.enable();
      const { profiler } = instrumentation;
      assert.ok(profiler.running);
      const faults = async (): Promise<number> => (await reader.read()).get('taskprof.fault')!.points[0]!.value;
      const faultsBefore = await faults();
      allow = refuseArrays();
      let resolve: (value: number) => void;
      const promise = new Promise<number>((done) => (resolve = done));
      const results = Promise.all(parks.map(async (park, i) => (await park(promise)) + i));
      await new Promise(setImmediate);
      resolve!(1);
      assert.deepEqual(
        await results,
        parks.map((_, i) => i + 1),
      );
      await new Promise(setImmediate);

      assert.equal(profiler.running, false);
      assert.deepEqual(said.lines, [`error otel-taskprof: profiling is switched off: ${NO_MEMORY}`]);
      assert.equal(profiler.counts?.faults, 1);
      assert.equal(await faults(), faultsBefore + 1);
      assert.equal(profiler.snapshot().totalTasks, 0);
      assert.deepEqual({ ...hooksInPlace(), [LISTENERS]: 0 }, { ...before, [LISTENERS]: 0 });

      allow();
      profiler.start();
      const parked = parks[0]!(new Promise(() => undefined));
      assert.equal(Math.round(profiler.snapshot().totalTasks), 1);
      assert.ok(parked instanceof Promise);
    });
  }
});
