import assert from 'node:assert/strict';
import { InvalidOptionError, TaskProfiler, TaskProfilerInstrumentation } from '../../src/index.ts';
import { resolveInstrumentationSettings } from '../../src/config/instrumentation-config.ts';
import { resolveResourceOptions } from '../../src/config/resource-options.ts';
import { recordDiag } from '../support/diag-lines.ts';

const DEFAULTS = { sampling: 'adaptive', maxResources: 1_024, overheadBudget: 0.005 };

describe('the option resources', () => {
  it('is off by default, and has a default for each of its own', () => {
    assert.equal(resolveResourceOptions(undefined), false);
    assert.equal(resolveResourceOptions(false), false);
    assert.deepEqual(resolveResourceOptions(true), DEFAULTS);
    assert.deepEqual(resolveResourceOptions({ maxResources: undefined }), DEFAULTS);
    assert.deepEqual(resolveResourceOptions({ sampling: 0.5, maxResources: 10 }), {
      ...DEFAULTS,
      sampling: 0.5,
      maxResources: 10,
    });
  });

  for (const [option, value] of [
    ['resources', 'yes'],
    ['resources', []],
    ['resources', null],
    ['resources.sampling', 0],
    ['resources.sampling', 'some'],
    ['resources.maxResources', 0],
    ['resources.maxResources', Infinity],
    ['resources.overheadBudget', 2],
  ] as const) {
    it(`throws for ${option}: ${JSON.stringify(value)}, with both`, () => {
      const [, nested] = option.split('.');
      const resources = (nested === undefined ? value : { [nested]: value }) as never;
      for (const make of [TaskProfiler, TaskProfilerInstrumentation]) {
        assert.throws(
          () => new make({ resources }),
          (thrown: InvalidOptionError) => {
            assert.ok(thrown instanceof InvalidOptionError);
            assert.deepEqual([thrown.option, thrown.value], [option, value]);
            return true;
          },
        );
      }
    });
  }

  it('comes from the environment where the code has none', () => {
    const fromEnvironment = (text: string, options = {}) =>
      resolveInstrumentationSettings(options, { OTEL_TASKPROF_RESOURCES: text }).profiler.resources;
    assert.deepEqual(fromEnvironment('true'), DEFAULTS);
    assert.equal(fromEnvironment('FALSE'), false);
    assert.equal(fromEnvironment('true', { resources: false }), false);
    assert.deepEqual(fromEnvironment('false', { resources: { maxResources: 7 } }), { ...DEFAULTS, maxResources: 7 });
  });

  it('is not taken from a bad value in the environment, and diag says so', () => {
    const said = recordDiag();
    const { profiler } = resolveInstrumentationSettings({}, { OTEL_TASKPROF_RESOURCES: 'perhaps' });
    said.stop();
    assert.equal(profiler.resources, false);
    assert.deepEqual(said.lines, [
      'warn otel-taskprof: OTEL_TASKPROF_RESOURCES="perhaps" is ignored: resources must be true, false or an object of options, got "perhaps"',
    ]);
  });
});
