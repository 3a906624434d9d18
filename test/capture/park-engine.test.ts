import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import type { LiveSample } from '../../src/capture/live-sample.ts';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { settled, until } from '../support/settled.ts';

describe('ParkEngine', () => {
  let engine: ParkEngine;

  beforeEach(() => {
    engine = new ParkEngine({ ...resolveTaskProfilerOptions({ sampling: 'all' }), random: Math.random });
  });
  afterEach(() => engine.stop());

  it('counts events that a stack overflow of the application took, goes on, and claims no exactness', () => {
    assert.equal(engine.isExact, true);
    engine.onFault(overflow());
    assert.equal(engine.running, true);
    assert.equal(engine.isExact, false);
    const { missedEvents, faults } = engine.counts;
    assert.deepEqual({ missedEvents, faults }, { missedEvents: 1, faults: 0 });
  });

  it('ends at any other fault at once, and says so in a later turn, once', async () => {
    const said = recordDiag();
    try {
      engine.onFault(new Error('broken'));
      engine.onFault(new Error('broken again'));
      assert.equal(engine.running, false);
      assert.equal(engine.isExact, false);
      assert.deepEqual(said.lines, []);
      await settled();
      assert.deepEqual(said.lines, ['error otel-taskprof: profiling is switched off: broken']);
      assert.equal(engine.counts.faults, 1);
      const { captures } = engine.counts;
      await Promise.resolve();
      assert.equal(engine.counts.captures, captures);
    } finally {
      said.stop();
    }
  });

  describe('with tasks', () => {
    const opens: (() => void)[] = [];
    async function waits(): Promise<void> {
      await new Promise<void>((resolve) => opens.push(resolve));
    }
    const everything = {
      wanted: undefined,
      matches: undefined,
      pinned: undefined,
      minWaitMillis: 0,
      maxTasks: Infinity,
    };
    const matching = {
      ...everything,
      matches: ([top]: readonly { functionName: string }[]) => top?.functionName === 'waits',
    };
    const parkedAt = (sample: LiveSample): number[] => sample.contributions.map(({ task }) => task.parkedAt);

    /** So many, each parked at a moment of its own; these moments. */
    async function park(count: number): Promise<number[]> {
      for (let i = 0; i < count; i++) {
        const begin = nowMillis();
        await until(() => nowMillis() > begin);
        void waits();
      }
      return parkedAt(engine.sample(matching));
    }

    afterEach(async () => {
      for (const open of opens.splice(0)) open();
      await settled();
    });

    it('tells when the oldest parked, of all and of those that parked after a moment', async () => {
      assert.equal(engine.oldestParkedAt(Infinity), undefined);
      const [first, second, third] = await park(3);
      assert.ok(first! < second! && second! < third!);
      assert.equal(engine.oldestParkedAt(first! - 0.001), first);
      assert.equal(engine.oldestParkedAt(first!), second);
      assert.equal(engine.oldestParkedAt(third!), undefined);
    });

    it('counts those that have waited for so long, by what they stand for', async () => {
      const [first] = await park(2);
      const age = nowMillis() - first!;
      assert.equal(engine.tasksOlderThan(age + 60_000), 0);
      assert.ok(engine.tasksOlderThan(0) >= 2);
      assert.equal(engine.tasksOlderThan(0), engine.liveTasks);
    });

    it('samples what parked within a stretch of time: after its begin, until its end', async () => {
      const [first, second, third] = await park(3);
      const within = (after: number, until: number): number[] =>
        parkedAt(engine.sample({ ...matching, parked: { after, until } }));
      assert.deepEqual(within(first!, third!), [second, third]);
      assert.deepEqual(within(-Infinity, second!), [first, second]);
      assert.deepEqual(within(third!, Infinity), []);
    });

    it('samples what has waited for so long', async () => {
      const [first] = await park(2);
      const of = (minWaitMillis: number) => engine.sample({ ...matching, minWaitMillis }).contributions;
      const minWaitMillis = nowMillis() - first!;
      assert.equal(of(minWaitMillis)[0]?.task.parkedAt, first);
      assert.ok(of(minWaitMillis).every(({ waitMillis }) => waitMillis >= minWaitMillis));
      assert.deepEqual(of(minWaitMillis + 600_000), []);
    });

    it('gives the same in slices as in one go, and says how many it leaves out', async () => {
      await park(4);
      const sliced = engine.beginSample({ ...matching, maxTasks: 2 });
      while (!sliced.slice(1));
      const { contributions, leftOut, isExact } = sliced.end();
      assert.deepEqual([contributions.length, leftOut, isExact], [2, 2, false]);
      assert.equal(
        contributions.reduce((sum, { amount }) => sum + amount, 0),
        4,
      );
      const all = engine.sample(matching);
      assert.deepEqual([all.contributions.length, all.leftOut, all.isExact], [4, 0, true]);
      for (const { inclusionProbability, source, waitMillis } of all.contributions) {
        assert.deepEqual([inclusionProbability, source, waitMillis >= 0], [1, 'captured', true]);
      }
    });

    it('gives tasks in the order that they parked, whatever has resumed in between', async () => {
      const parked = await park(5);
      opens[1]!();
      await settled();
      assert.deepEqual(parkedAt(engine.sample(matching)), parked.toSpliced(1, 1));
    });

    it('lets go of all that it held when a fault has ended it', async () => {
      await park(2);
      const said = recordDiag();
      engine.onFault(new Error('broken'));
      assert.ok(engine.liveTasks >= 2);
      await settled();
      said.stop();
      assert.deepEqual([engine.liveTasks, [...engine.heldStacks()]], [0, []]);
    });

    it('holds nothing once it has stopped', async () => {
      await park(2);
      assert.ok([...engine.heldStacks()].length >= 2);
      engine.stop();
      assert.deepEqual([engine.running, engine.liveTasks, [...engine.heldStacks()]], [false, 0, []]);
      const { captures } = engine.counts;
      void waits();
      engine.settle();
      assert.equal(engine.counts.captures, captures);
    });

    it('counts what others account for it, and labels that were cut', () => {
      const { spentMillis, cutLabels } = engine.counts;
      engine.account(1_000);
      engine.noteCutLabels(2);
      engine.noteCutLabels(3);
      assert.ok(engine.counts.spentMillis >= spentMillis + 1_000);
      assert.equal(engine.counts.cutLabels, cutLabels + 5);
    });
  });

  it('accounts no event more than a tenth of a millisecond: clocks count what other processes took', () => {
    const { spentMillis } = engine.counts;
    engine.spend(500, 3);
    assert.ok(Math.abs(engine.counts.spentMillis - spentMillis - 0.3) < 1e-9);
    engine.spend(0.2, 3);
    assert.ok(Math.abs(engine.counts.spentMillis - spentMillis - 0.5) < 1e-9);
  });
});

function overflow(): unknown {
  const endless = (): number => endless() + 1;
  try {
    return endless();
  } catch (thrown) {
    return thrown;
  }
}
