import assert from 'node:assert/strict';
import { DEFAULT_TASK_LABEL_CONFIG } from '../../src/config/labels.ts';
import { type ResourceProfilingOptions, type ResourceSnapshot, TaskProfiler } from '../../src/index.ts';
import { geometricGap } from '../../src/base/random.ts';
import { ResourceEngine, type ResourceEngineOptions } from '../../src/resources/resource-engine.ts';
import { type ResourceHook, installResourceHook } from '../../src/resources/resource-hook.ts';
import { estimateOf, madeBy } from '../support/resources.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

const COMMON = 400;
const RARE = 20;

let timers: NodeJS.Timeout[] = [];

function set(): void {
  timers.push(setTimeout(() => undefined, 600_000));
}

function common(): void {
  set();
}

function rare(): void {
  set();
}

function setBoth(): void {
  for (let i = 0; i < COMMON; i++) {
    common();
    if (i % (COMMON / RARE) === 0) rare();
  }
}

function clearAll(): void {
  for (const timer of timers) clearTimeout(timer);
  timers = [];
}

/** Each with a seed of its own, in one synchronous stretch: nothing else comes in between. */
function trials(count: number, resources: ResourceProfilingOptions): ResourceSnapshot[] {
  return Array.from({ length: count }, (_, trial) => {
    const profiler = new TaskProfiler({ resources }, seededRandom(1 + trial * 7919));
    profiler.start();
    setBoth();
    const snapshot = profiler.resourceSnapshot();
    profiler.stop();
    clearAll();
    return snapshot;
  });
}

describe('sampling of resources', () => {
  afterEach(clearAll);

  for (const [title, options] of [
    ['a fifth of them', { sampling: 0.2 }],
    ['more of them than are held', { sampling: 'all', maxResources: 60 }],
    ['a share that is more than are held', { sampling: 0.5, maxResources: 40 }],
  ] as const satisfies readonly (readonly [string, ResourceProfilingOptions])[]) {
    it(`estimates without bias, with errors as it says: ${title}`, () => {
      const snapshots = trials(200, options);
      for (const [name, truth] of [
        ['common', COMMON],
        ['rare', RARE],
      ] as const) {
        const estimates = snapshots.map((snapshot) => estimateOf(name, snapshot));
        expectUnbiased(estimates, truth, name);
        const said = mean(snapshots.flatMap((it) => madeBy(name, it).map(({ standardError }) => standardError ** 2)));
        if (name === 'common') {
          const ratio = Math.sqrt(said) / standardDeviation(estimates);
          assert.ok(ratio > 0.8 && ratio < 1.25, `standard errors are ${ratio.toFixed(2)} times what is seen`);
        }
      }
      for (const { samplingProbability } of snapshots) assert.ok(samplingProbability < 1);
    });
  }

  it('stays without bias where each choice makes the next less likely', () => {
    const random = seededRandom(42);
    const estimates = Array.from({ length: 400 }, () => {
      let probability = 0.5;
      let drawn = probability;
      let estimate = 0;
      const hook: ResourceHook = installResourceHook({
        drawGap: () => geometricGap(random, (drawn = probability)),
        onChosen: () => {
          estimate += 1 / drawn;
          probability = Math.max(probability / 2, 1 / 32);
          hook.redraw();
        },
        onFault: (thrown) => assert.fail(thrown as Error),
      });
      setBoth();
      hook.remove();
      clearAll();
      return estimate;
    });
    expectUnbiased(estimates, COMMON + RARE, 'all');
  });

  describe('within its bounds', () => {
    let engine: ResourceEngine;

    function start(options: Partial<ResourceEngineOptions>): void {
      const defaults = {
        sampling: 'all',
        maxResources: 1_000,
        overheadBudget: 0.01,
        maxStackDepth: 64,
        labels: DEFAULT_TASK_LABEL_CONFIG,
      } as const;
      engine = new ResourceEngine({ ...defaults, random: seededRandom(1), ...options });
    }

    afterEach(() => engine.stop());

    it('holds no more than twice the maximum, those that have ended included', () => {
      start({ maxResources: 110 });
      let most = 0;
      for (let i = 0; i < 5_000; i++) {
        set();
        if (i % 50 !== 0) clearTimeout(timers.pop());
        most = Math.max(most, engine.counts.tracked);
      }
      assert.ok(most <= 220, `${most} are tracked`);
      // Ended ones made room: none of those that are live had to go.
      assert.equal(engine.counts.droppedResources, 0);
      assert.equal(engine.live().length, 100);
    });

    it('captures few where the budget affords few', () => {
      start({ sampling: 'adaptive', overheadBudget: 1e-6 });
      for (let i = 0; i < 20_000; i++) set();
      const { captures } = engine.counts;
      assert.ok(captures > 0 && captures < 2_000, `${captures} captures`);
      assert.ok(engine.samplingProbability < 0.5);
      assert.equal(engine.isExact, false);
    });

    it('captures neither promises nor ticks', async () => {
      start({});
      for (let i = 0; i < 100; i++) await Promise.resolve();
      await new Promise<void>((resolve) => process.nextTick(resolve));
      // Some are timers: mocha's for the test, and what tests before have left.
      assert.ok(engine.counts.captures <= 10, `${engine.counts.captures} captures`);
    });
  });
});
