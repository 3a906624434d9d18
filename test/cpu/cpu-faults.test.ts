import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CpuInterval } from '../../src/cpu/cpu-interval.ts';
import { TaskProfiler } from '../../src/index.ts';
import { IntervalSource } from '../../src/interval-source.ts';
import { burn } from '../support/burn.ts';
import { datadogPprof } from '../support/datadog-pprof.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';

const FAULT = 'thrown by the test';

describe('a fault in the on-CPU profile', () => {
  let profiler: TaskProfiler;
  let diag: DiagLines;
  let restores: (() => void)[];

  before(function () {
    if (datadogPprof() === undefined) this.skip();
  });

  beforeEach(() => {
    restores = [];
    diag = recordDiag();
    profiler = new TaskProfiler({ sampling: 'all', cpu: { samplingFrequencyHz: 1_000 } });
    profiler.start();
  });

  afterEach(() => {
    for (const restore of restores) restore();
    profiler.stop();
    diag.stop();
  });

  function replace<Name extends string>(
    object: Record<Name, () => unknown>,
    name: Name,
    method: (...args: [boolean?]) => unknown,
  ): void {
    const original = object[name];
    object[name] = method;
    restores.push(() => (object[name] = original));
  }

  /** What was sampled can't be had. */
  function breakNative(message = FAULT): void {
    const { TimeProfiler } = createRequire(import.meta.url)('@datadog/pprof/out/src/time-profiler-bindings.js') as {
      readonly TimeProfiler: { readonly prototype: { stop: (restart?: boolean) => unknown } };
    };
    const { prototype } = TimeProfiler;
    const { stop } = prototype;
    replace(prototype, 'stop', function (this: unknown, ...args: [boolean?]) {
      Reflect.apply(stop, this, args);
      throw new Error(message);
    });
  }

  function mend(): void {
    for (const restore of restores.splice(0)) restore();
  }

  it('rejects profileCpu, which is there again when it is over', async () => {
    const until = profiler.profileCpu({ durationMillis: 1 });
    breakNative();
    await assert.rejects(until, { message: FAULT });
    mend();
    burn(20);
    assert.ok((await profiler.profileCpu({ durationMillis: 1 })).samplingFrequencyHz > 0);
  });

  it('leaves tasks to be exported, and is told once', async () => {
    let end!: () => void;
    const waits = async (): Promise<void> => {
      await new Promise<void>((resolve) => (end = resolve));
    };
    const source = new IntervalSource(profiler, { resource: () => ({}), scope: { name: 'test', version: '0' } });
    const done = waits();
    replace(CpuInterval.prototype as unknown as Record<'cut', () => unknown>, 'cut', () => {
      throw new Error(FAULT);
    });
    for (let i = 0; i < 3; i++) {
      await nextTurn();
      const types = (await source.collect())!.profiles.map(({ sampleType }) => sampleType.type);
      assert.ok(types.includes('tasks') && !types.includes('cpu'), types.join());
    }
    assert.deepEqual(diag.lines, [`error otel-taskprof: the on-CPU profile has ended: ${FAULT}`]);
    end();
    await done;
  });

  it('does not reach who stops the profiler', () => {
    profiler.openCpuInterval();
    const fault = `${FAULT} at the stop`;
    breakNative(fault);
    profiler.stop();
    assert.deepEqual(diag.lines, [`error otel-taskprof: the end of the on-CPU profile met an error: ${fault}`]);
    mend();
    profiler.start();
    profiler.openCpuInterval().close();
  });

  it('leaves no sampling behind where it comes at the start', () => {
    replace(process as unknown as Record<'once', () => unknown>, 'once', () => {
      throw new Error(FAULT);
    });
    assert.throws(() => profiler.openCpuInterval(), { message: `there is no on-CPU profile: ${FAULT}` });
    mend();
    profiler.openCpuInterval().close();
  });
});
