import assert from 'node:assert/strict';
import { resolveCpuOptions } from '../../src/config/cpu-options.ts';
import { resolveInstrumentationSettings } from '../../src/config/instrumentation-config.ts';
import { InvalidOptionError, TaskProfiler, TaskProfilerInstrumentation } from '../../src/index.ts';
import { recordDiag } from '../support/diag-lines.ts';

const DEFAULTS = { samplingFrequencyHz: 99 };

describe('the option cpu', () => {
  it('is off by default, and has a default for its frequency', () => {
    assert.equal(resolveCpuOptions(undefined), false);
    assert.equal(resolveCpuOptions(false), false);
    for (const given of [true, {}, { samplingFrequencyHz: undefined }]) {
      assert.deepEqual(resolveCpuOptions(given), DEFAULTS);
    }
    assert.deepEqual(resolveCpuOptions({ samplingFrequencyHz: 19.5 }), { samplingFrequencyHz: 19.5 });
  });

  for (const [option, value] of [
    ['cpu', 99],
    ['cpu', null],
    ['cpu', []],
    ['cpu.samplingFrequencyHz', 0],
    ['cpu.samplingFrequencyHz', 1_001],
    ['cpu.samplingFrequencyHz', NaN],
    ['cpu.samplingFrequencyHz', '99'],
  ] as const) {
    it(`throws for ${option}: ${JSON.stringify(value)}, with both`, () => {
      const cpu = (option === 'cpu' ? value : { samplingFrequencyHz: value }) as never;
      for (const make of [TaskProfiler, TaskProfilerInstrumentation]) {
        assert.throws(
          () => new make({ cpu }),
          (thrown: InvalidOptionError) => {
            assert.ok(thrown instanceof InvalidOptionError);
            assert.deepEqual([thrown.option, thrown.value], [option, value]);
            return true;
          },
        );
      }
    });
  }

  it('comes from the environment where the code has none: a switch, or the frequency', () => {
    const fromEnvironment = (text: string, options = {}) =>
      resolveInstrumentationSettings(options, { OTEL_TASKPROF_CPU: text }).profiler.cpu;
    assert.deepEqual(fromEnvironment('true'), DEFAULTS);
    assert.equal(fromEnvironment('False'), false);
    assert.deepEqual(fromEnvironment('49'), { samplingFrequencyHz: 49 });
    assert.equal(fromEnvironment('49', { cpu: false }), false);
  });

  for (const [text, fault] of [
    ['perhaps', 'cpu must be true, false or an object of options, got "perhaps"'],
    ['5000', 'cpu.samplingFrequencyHz must be a number of samples a second from 1 to 1000, got 5000'],
  ] as const) {
    it(`is not taken from ${text} in the environment, and diag says so`, () => {
      const said = recordDiag();
      const { profiler } = resolveInstrumentationSettings({}, { OTEL_TASKPROF_CPU: text });
      said.stop();
      assert.equal(profiler.cpu, false);
      assert.deepEqual(said.lines, [`warn otel-taskprof: OTEL_TASKPROF_CPU="${text}" is ignored: ${fault}`]);
    });
  }
});
