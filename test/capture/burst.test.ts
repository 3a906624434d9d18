import assert from 'node:assert/strict';
import { Bursts } from '../../src/capture/bursts.ts';
import { Governor, WARM_UP_MILLIS, WINDOW_MILLIS } from '../../src/capture/governor.ts';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { SamplingProbability } from '../../src/capture/sampling-probability.ts';
import type { EngineInterval, TaskEngine } from '../../src/capture/task-engine.ts';
import { DEFAULT_TASK_PROFILER_CONFIG } from '../../src/config/options.ts';
import { FollowEngine } from '../../src/follow/follow-engine.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import { nowMillis } from '../../src/base/clock.ts';
import { InvalidOptionError, TaskProfiler } from '../../src/index.ts';
import { instantSnapshot } from '../../src/snapshot/instant.ts';
import { sampleRequest } from '../../src/snapshot/snapshot-options.ts';
import { runGovernor } from '../support/run-governor.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Gate, gate, inOwnTurn, settled } from '../support/settled.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

const BUDGET = 0.01;

describe('a burst', () => {
  describe('of a governor', () => {
    it('looks at everything at once where its budget affords that, and is back at once', () => {
      const governor = new Governor(BUDGET);
      runGovernor(governor, 120, 0.05);
      const before = governor.probability;
      governor.setBudget(0.1);
      assert.equal(governor.probability, 1);
      const share = runGovernor(governor, 20, 0.05);
      assert.ok(share > 0.045 && share < 0.055, `${share}`);
      governor.setBudget(BUDGET, before);
      assert.ok(governor.probability <= before && governor.probability > 0.8 * before, `${governor.probability}`);
      assert.ok(runGovernor(governor, 20, 0.05) <= BUDGET);
    });

    it('stays within its budget where everything would cost more', () => {
      const governor = new Governor(BUDGET);
      runGovernor(governor, 120, 5);
      const before = governor.probability;
      governor.setBudget(0.1);
      assert.ok(governor.probability > 5 * before && governor.probability < 0.1, `${governor.probability}`);
      assert.ok(runGovernor(governor, 20, 5) <= 0.101);
    });

    it('has no warm-up of its own: the load of that moment is stopped like any other', () => {
      const governor = new Governor(BUDGET);
      governor.spend(BUDGET * WARM_UP_MILLIS);
      governor.setBudget(0.1);
      for (let i = 0; i < 4; i++) governor.spend(0.1 * WINDOW_MILLIS);
      assert.ok(governor.probability <= 1 / 8, `${governor.probability}`);
    });
  });

  describe('of a sampling probability', () => {
    it('raises a fixed one, holds it within the budget meanwhile, and leaves it as it was', () => {
      const probability = new SamplingProbability(0.1, BUDGET);
      probability.spend(1_000);
      assert.equal(probability.value, 0.1);
      probability.setBurst(0.1);
      assert.equal(probability.value, 1);
      assert.equal(probability.isExact, false);
      for (let i = 0; i < 30; i++) probability.spend(0.1 * WINDOW_MILLIS);
      assert.equal(probability.value, 0.1, 'never less than what was asked for');
      probability.setBurst(undefined);
      probability.spend(1_000);
      assert.equal(probability.value, 0.1);
      assert.equal(probability.isSettled, true);
    });

    it("does not limit 'all'", () => {
      const probability = new SamplingProbability('all', BUDGET);
      probability.setBurst(0.1);
      probability.spend(1_000);
      assert.equal(probability.value, 1);
      assert.equal(probability.isExact, true);
    });

    it('does not lower a budget that is higher', () => {
      const probability = new SamplingProbability('adaptive', 1);
      probability.setBurst(1e-6);
      probability.spend(3 * WINDOW_MILLIS * 1e-3);
      assert.equal(probability.value, 1);
    });

    it('is never said to be exact after less was sampled', () => {
      const probability = new SamplingProbability('adaptive', 1e-6);
      for (let i = 0; i < 5; i++) probability.spend(1);
      assert.ok(probability.value < 1);
      probability.setBurst(1);
      assert.equal(probability.value, 1);
      assert.equal(probability.isExact, false);
    });
  });

  it('counts with the highest budget where several overlap, and ends with the last', () => {
    const budgets: (number | undefined)[] = [];
    const bursts = new Bursts({ running: true, setBurst: (budget) => budgets.push(budget) });
    const endFirst = bursts.begin(0.1);
    const endSecond = bursts.begin(0.3);
    const endThird = bursts.begin(0.2);
    endSecond();
    endFirst();
    endThird();
    assert.deepEqual(budgets, [0.1, 0.3, 0.2, undefined]);
  });

  it('tells an engine nothing that has ended', () => {
    const engine = { running: true, setBurst: () => assert.fail('it has ended') };
    engine.running = false;
    new Bursts(engine).begin(0.1)();
  });

  describe('of an engine', () => {
    const again: Gate[] = [];
    const last: Gate[] = [];

    async function longLived(first: Promise<void>): Promise<void> {
      await first;
      const one = gate();
      last.push(one);
      await one.promise;
    }

    const startSome = (): void => {
      for (let i = 0; i < 200; i++) {
        const one = gate();
        again.push(one);
        void longLived(one.promise);
      }
    };

    async function resumeSome(): Promise<void> {
      for (const { open } of again.splice(0, 100)) open();
      await settled();
    }

    interface Trial {
      readonly engine: TaskEngine;
      /** As if so much had been captured or followed: p falls. */
      readonly spend: () => void;
    }

    const options = { ...DEFAULT_TASK_PROFILER_CONFIG, maxTasks: Infinity, overheadBudget: 1e-4 };

    const ENGINES: Record<string, (seed: number) => Trial> = {
      FollowEngine(seed) {
        const engine = startEngine({ ...options, random: seededRandom(seed) });
        assert.ok(engine instanceof FollowEngine);
        return { engine, spend: () => engine.onEvents(10_000, 0.002) };
      },
      ParkEngine(seed) {
        // So much that the captures of the trial themselves change nothing.
        const overheadBudget = 0.5;
        const engine = new ParkEngine({ ...options, overheadBudget, random: seededRandom(seed) });
        engine.spend(overheadBudget * WARM_UP_MILLIS, Infinity);
        return { engine, spend: () => engine.spend(overheadBudget * WINDOW_MILLIS, Infinity) };
      },
    };

    it('does not pass for the whole of an interval that began long before, when little was followed', async () => {
      const { engine, spend } = ENGINES.FollowEngine!(1);
      for (let i = 0; i < 12; i++) spend();
      assert.ok(engine.samplingProbability < 0.02, `${engine.samplingProbability}`);
      const before = engine.openInterval();
      engine.setBurst(1);
      const inBurst = engine.openInterval();
      await inOwnTurn(startSome);
      await settled();
      // Those of random moments are draws; those of captures are known from their begin to their end.
      const waysOf = (interval: EngineInterval): string[] => [
        ...new Set(
          Array.from(interval.end(nowMillis()).contributions, ({ draw }) =>
            draw === undefined ? 'captures' : 'moments',
          ),
        ),
      ];
      const ways = [waysOf(before), waysOf(inBurst)];
      engine.stop();
      for (const { open } of [...again.splice(0), ...last.splice(0)]) open();
      await settled();
      assert.deepEqual(ways, [['captures'], ['moments']]);
    });

    for (const [name, start] of Object.entries(ENGINES)) {
      it(`leaves its counts unbiased, with standard errors that fit (${name})`, async () => {
        const totals: number[] = [];
        const errors: number[] = [];
        for (let trial = 0; trial < 60; trial++) {
          const { engine, spend } = start(1 + trial * 7919);
          for (let i = 0; i < 3; i++) spend();
          const before = engine.samplingProbability;
          assert.ok(before < 0.6, `${before}`);
          await inOwnTurn(startSome);
          engine.setBurst(1);
          assert.equal(engine.samplingProbability, 1);
          await inOwnTurn(startSome);
          await resumeSome();
          engine.setBurst(undefined);
          assert.ok(engine.samplingProbability <= before, `${engine.samplingProbability} after ${before}`);
          await inOwnTurn(startSome);
          await resumeSome();
          const sample = engine.sample(sampleRequest({ matching: /^longLived / }, Infinity));
          const { totalTasks, totalStandardError } = instantSnapshot(engine, sample, 'moment');
          totals.push(totalTasks);
          errors.push(totalStandardError);
          engine.stop();
          for (const { open } of [...again.splice(0), ...last.splice(0)]) open();
          await settled();
        }
        expectUnbiased(totals, 600, name);
        const claimed = Math.sqrt(mean(errors.map((error) => error ** 2)));
        const shown = standardDeviation(totals);
        assert.ok(Math.abs(claimed / shown - 1) < 0.35, `claims ${claimed}, shows ${shown}`);
      });
    }
  });

  describe('of a profiler', () => {
    it('resolves with the mean over it', async () => {
      const profiler = new TaskProfiler({ sampling: 'all' });
      profiler.start();
      const one = gate();
      async function waits(): Promise<void> {
        await one.promise;
      }
      void waits();
      const burst = await profiler.burst({ durationMillis: 50, overheadBudget: 0.5 });
      profiler.stop();
      one.open();
      assert.equal(burst?.consistency, 'interval');
      assert.ok(burst.durationNano >= 49_000_000n, String(burst.durationNano));
      const found = burst.samples.filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === 'waits');
      assert.ok(Math.abs(found[0]!.tasks - 1) < 0.05, `${found[0]?.tasks}`);
    });

    it('resolves with undefined where the profiler does not run, at its begin or at its end', async () => {
      const profiler = new TaskProfiler();
      assert.equal(await profiler.burst({ durationMillis: 1 }), undefined);
      profiler.start();
      const burst = profiler.burst({ durationMillis: 20 });
      profiler.stop();
      assert.equal(await burst, undefined);
    });

    for (const [option, value] of [
      ['durationMillis', 0],
      ['durationMillis', 600_001],
      ['overheadBudget', 0],
      ['overheadBudget', 1.5],
    ] as const) {
      it(`refuses ${option} ${value}`, () => {
        assert.throws(
          () => void new TaskProfiler().burst({ [option]: value }),
          (error) => error instanceof InvalidOptionError && error.option === option && error.value === value,
        );
      });
    }
  });
});
