import assert from 'node:assert/strict';
import { InvalidOptionError } from '../../src/base/errors.ts';
import { triggersConfig } from '../../src/triggers/trigger-config.ts';
import type { TriggersOptions } from '../../src/triggers/trigger-options.ts';

describe('triggersConfig', () => {
  it('watches nothing by default', () => {
    assert.deepEqual(triggersConfig(), {
      watches: [],
      signal: undefined,
      dump: { consistency: 'slices', filters: {}, burst: undefined, timeline: undefined },
      checkIntervalMillis: 2_000,
      warmUpMillis: 30_000,
      baselineIntervalMillis: Infinity,
      atMostHeapPercent: 95,
      onTrigger: undefined,
    });
  });

  it('has a default for all but what fires', () => {
    const { watches, baselineIntervalMillis } = triggersConfig({ oldestWait: { aboveMillis: 5_000 } });
    assert.equal(baselineIntervalMillis, 300_000);
    assert.deepEqual(watches, [
      {
        quantity: 'oldestWait',
        unit: 'ms',
        above: 5_000,
        risenPercent: undefined,
        atLeast: 1_000,
        atMost: Infinity,
        averageMillis: 60_000,
        warmUpMillis: 30_000,
        coolDownMillis: 60_000,
        dump: { consistency: 'slices', filters: {}, burst: undefined, timeline: undefined },
      },
    ]);
  });

  it('takes for each trigger what it says itself, else what is said for all', () => {
    const { watches, signal, dump } = triggersConfig({
      warmUpMillis: 1,
      coolDownMillis: 2,
      burst: true,
      snapshot: { consistency: 'moment', maxTasks: 64 },
      liveTasks: { risenPercent: 50, coolDownMillis: 3, burst: false },
      heapUsed: { abovePercent: 80, snapshot: { minWaitMillis: 100 }, burst: { durationMillis: 9 } },
      signal: { name: 'SIGUSR2', snapshot: { consistency: 'slices' } },
    });
    const all = { consistency: 'moment', filters: { maxTasks: 64 }, timeline: undefined };
    const burst = { durationMillis: 5_000, overheadBudget: 0.1 };
    assert.deepEqual(dump, { ...all, burst });
    assert.deepEqual(
      watches.map((watch) => [watch.warmUpMillis, watch.coolDownMillis, watch.dump]),
      [
        [1, 3, { ...all, burst: undefined }],
        [
          1,
          2,
          {
            consistency: 'slices',
            filters: { minWaitMillis: 100 },
            burst: { durationMillis: 9, overheadBudget: 0.1 },
            timeline: undefined,
          },
        ],
      ],
    );
    assert.deepEqual(signal, {
      name: 'SIGUSR2',
      dump: { consistency: 'slices', filters: {}, burst, timeline: undefined },
    });
  });

  it('takes bounds and the signal from the environment where the code says nothing of them', () => {
    const environment = {
      triggerLiveTasks: 1,
      triggerOldestWaitMillis: 2,
      triggerEventLoopDelayMillis: 3,
      triggerHeapUsedPercent: 4,
      triggerSignal: 'SIGUSR2',
    };
    const boundsOf = (options: TriggersOptions): unknown[] =>
      triggersConfig(options, environment).watches.map(({ quantity, above }) => [quantity, above]);
    const others = [
      ['oldestWait', 2],
      ['eventLoopDelay', 3],
      ['heapUsed', 4],
    ];
    assert.deepEqual(boundsOf({}), [['liveTasks', 1], ...others]);
    assert.deepEqual(boundsOf({ liveTasks: { risenPercent: 50 } }), [['liveTasks', undefined], ...others]);
    assert.equal(triggersConfig({}, environment).signal?.name, 'SIGUSR2');
    assert.equal(triggersConfig({ signal: 'SIGHUP' }, environment).signal?.name, 'SIGHUP');
  });

  const BAD: readonly [option: string, options: unknown, value: unknown][] = [
    ['triggers', 5, 5],
    ['triggers.liveTasks', { liveTasks: {} }, {}],
    ['triggers.liveTasks', { liveTasks: 500 }, 500],
    ['triggers.liveTasks.aboveTasks', { liveTasks: { aboveTasks: '500' } }, '500'],
    ['triggers.oldestWait.risenPercent', { oldestWait: { risenPercent: -1 } }, -1],
    ['triggers.oldestWait.atLeastMillis', { oldestWait: { risenPercent: 1, atLeastMillis: NaN } }, NaN],
    ['triggers.heapUsed.atMostPercent', { heapUsed: { abovePercent: 80, atMostPercent: 80 } }, 80],
    ['triggers.liveTasks.warmUpMillis', { liveTasks: { aboveTasks: 1, warmUpMillis: -1 } }, -1],
    ['triggers.coolDownMillis', { liveTasks: { aboveTasks: 1 }, coolDownMillis: '1s' }, '1s'],
    ['triggers.checkIntervalMillis', { checkIntervalMillis: 99 }, 99],
    ['triggers.baselineIntervalMillis', { baselineIntervalMillis: 0 }, 0],
    ['triggers.atMostHeapPercent', { atMostHeapPercent: 101 }, 101],
    ['triggers.onTrigger', { onTrigger: 'log' }, 'log'],
    ['triggers.burst', { burst: 5 }, 5],
    ['triggers.burst.overheadBudget', { burst: { overheadBudget: 2 } }, 2],
    ['triggers.signal.burst.durationMillis', { signal: { name: 'SIGUSR2', burst: { durationMillis: 0 } } }, 0],
    ['triggers.snapshot.consistency', { snapshot: { consistency: 'eventual' } }, 'eventual'],
    ['maxTasks', { liveTasks: { aboveTasks: 1, snapshot: { maxTasks: 0 } } }, 0],
    ['triggers.signal.name', { signal: {} }, undefined],
    ...['SIGUSR1', 'SIGKILL', 'SIGSTOP', 'SIGTERM', 'SIGINT', 'SIGPROF', 'SIGSEGV', 'usr2', 'SIGNONE', '', 12].map(
      (signal) => ['triggers.signal', { signal }, signal] as [string, unknown, unknown],
    ),
  ];
  for (const [option, options, value] of BAD) {
    it(`refuses ${JSON.stringify(options)}, naming ${option} and the value`, () => {
      assert.throws(
        () => triggersConfig(options as TriggersOptions),
        (error: unknown) => {
          assert.ok(error instanceof InvalidOptionError);
          assert.deepEqual([error.option, error.value], [option, value]);
          return true;
        },
      );
    });
  }
});
