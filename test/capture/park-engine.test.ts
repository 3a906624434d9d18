import assert from 'node:assert/strict';
import { promiseHooks } from 'node:v8';
import { ROOT_CONTEXT, context, createContextKey } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { nowMillis } from '../../src/base/clock.ts';
import { faultCount } from '../../src/base/faults.ts';
import { WARM_UP_MILLIS, WINDOW_MILLIS } from '../../src/capture/governor.ts';
import type { HookOwner } from '../../src/capture/hook-owner.ts';
import type { LiveSample } from '../../src/capture/live-sample.ts';
import { LostTasks } from '../../src/capture/lost-tasks.ts';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { StackKeeper } from '../../src/capture/stack-keeper.ts';
import { TaskContextReader } from '../../src/capture/task-context.ts';
import type { TaskRecord } from '../../src/capture/task-record.ts';
import { createStamp } from '../../src/capture/task-stamp.ts';
import { WindowTimer } from '../../src/capture/window-timer.ts';
import { taskLabelConfig } from '../../src/config/labels.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import type { TaskProfilerOptions } from '../../src/index.ts';
import { recordDiag } from '../support/diag-lines.ts';
import { locked } from '../support/error-properties.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { inOwnTurn, settled, until } from '../support/settled.ts';

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
      const { captures } = engine.counts;
      void Promise.resolve().then(() => undefined);
      assert.equal(engine.counts.captures, captures);
      assert.equal(engine.isExact, false);
      assert.deepEqual(said.lines, []);
      await settled();
      assert.deepEqual(said.lines, ['error otel-taskprof: profiling is switched off: broken']);
      assert.equal(engine.counts.faults, 1);
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

    it('ends without a fault where it is told to', async () => {
      const before = faultCount();
      let slices = 0;
      engine.settleSlice = () => ++slices > 0;
      engine.stop();
      await settled();
      assert.deepEqual([faultCount(), slices], [before, 0]);
    });

    it('resolves what parks in a turn of its own, though nobody asks', async () => {
      for (let round = 1; round < 3; round++) {
        for (let i = 0; i < 100; i++) void waits();
        await until(() => engine.counts.startedTasks >= 100 * round);
      }
    });

    it('resolves ahead of a sample, bit by bit', () => {
      for (let i = 0; i < 50; i++) void waits();
      assert.equal(engine.counts.captured, 0);
      while (!engine.settleSlice(0.1));
      assert.equal(engine.counts.captured, 50);
    });

    it('takes what awaits a call of its own for no task', () => {
      const outer = async (): Promise<void> => await waits();
      void outer();
      const names = engine.sample(everything).contributions.map(({ task }) => engine.framesOf(task)[0]?.functionName);
      assert.deepEqual(names, ['waits']);
    });

    it('claims no exactness where an expression had too many events to be told', () => {
      const guarded = (promise: Promise<void>, { length }: readonly unknown[]): Promise<void> =>
        length > 0 ? promise : Promise.resolve();
      const made = (length: number): unknown[] => Array.from({ length }, () => new Promise(() => undefined));
      const outer = async (count: number): Promise<void> => await guarded(waits(), made(count));
      void outer(10);
      assert.equal(engine.sample(matching).isExact, true);
      void outer(400);
      assert.equal(engine.sample(matching).isExact, false);
    });

    it('has the stacks of its tasks, and forgets others where there are many', async () => {
      const [first] = await park(1);
      for (let frame = 0; frame < 40_000; frame++) engine.keeper.stacks.push(0, frame);
      assert.equal(engine.settleSlice(1), true);
      assert.ok(engine.keeper.stacks.size < 1_000);
      const { task } = engine.sample(matching).contributions[0]!;
      assert.equal(task.parkedAt, first);
      assert.equal(engine.framesOf(task)[0]!.functionName, 'waits');
      assert.ok([...engine.frames].includes(engine.framesOf(task)[0]!));
    });

    it('gives an interval what was parked in it, by its share of it', async () => {
      await park(2);
      opens[0]!();
      await settled();
      const startedAt = nowMillis();
      const interval = engine.openInterval(startedAt - 1_000);
      assert.equal(interval.startedAt, startedAt - 1_000);
      const [, second] = await park(1);
      const { contributions, isExact } = interval.end(startedAt + 1_000);
      const shares = Array.from(contributions)
        .filter(({ task }) => task.parkedAt >= second!)
        .map(({ amount }) => amount);
      assert.equal(shares.length, 1);
      assert.ok(Math.abs(shares[0]! - (startedAt + 1_000 - second!) / 2_000) < 1e-9);
      assert.equal(isExact, true);
      interval.close();
      const later = engine.openInterval();
      assert.ok(later.startedAt >= second!);
      later.close();
    });

    it('shows every event to an observer, until that has had enough', async () => {
      const seen: string[] = [];
      const note = (what: string) => (): void => void seen.push(what);
      const end = engine.observe(() => ({ init: note('init'), before: note('before'), after: note('after') }));
      await Promise.resolve();
      await Promise.resolve();
      end();
      const { length } = seen;
      await Promise.resolve();
      assert.deepEqual(new Set(seen), new Set(['init', 'before', 'after']));
      assert.equal(seen.length, length);
    });

    it('counts what is collected while it is parked as lost, once, and as parked no more', async () => {
      const abandoned = async (): Promise<void> => await new Promise(() => undefined);
      await inOwnTurn(() => {
        for (let i = 0; i < 3; i++) void abandoned();
        engine.settle();
      });
      await park(1);
      await until(() => {
        globalThis.gc!();
        return engine.counts.lostTasks === 3;
      });
      const { estimatedLostTasks, captured } = engine.counts;
      assert.equal(estimatedLostTasks, 3);
      assert.equal(captured, engine.liveTasks);
      assert.equal(engine.sample(matching).contributions.length, 1);
      assert.ok(
        engine.lost.sinceStart.contributions().every((it) => it.inclusionProbability === 1 && it.source === 'captured'),
      );
    });

    it('keeps nothing parked by its context, which can lead to what is awaited', async () => {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      const begun = inOwnTurn(() => {
        const request = { promise: new Promise(() => undefined) };
        const handles = async (): Promise<unknown> => await request.promise;
        context.with(ROOT_CONTEXT.setValue(createContextKey('request'), request), () => void handles());
        engine.settle();
      });
      await begun.finally(() => context.disable());
      await until(() => {
        globalThis.gc!();
        return engine.counts.lostTasks === 1;
      });
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

describe('a ParkEngine', () => {
  const opens: (() => void)[] = [];
  async function waits(): Promise<void> {
    await new Promise<void>((resolve) => opens.push(resolve));
  }
  const engineWith = (options: TaskProfilerOptions, owner?: HookOwner): ParkEngine =>
    new ParkEngine({ ...resolveTaskProfilerOptions(options), random: seededRandom(3) }, owner);
  let engine: ParkEngine;

  afterEach(async () => {
    engine.stop();
    for (const open of opens.splice(0)) open();
    await settled();
  });

  it('is off from the start where stacks can not be read', async () => {
    const said = recordDiag();
    locked('prepareStackTrace', { value: String, writable: false }, () => {
      engine = engineWith({ sampling: 'all' });
      assert.equal(engine.running, false);
    });
    await settled();
    said.stop();
    assert.deepEqual(said.lines, [
      'error otel-taskprof: profiling is switched off: Error.prepareStackTrace is locked: stacks cannot be read',
    ]);
  });

  it('captures deeper than it shows: operations come on top of the awaits', () => {
    engine = engineWith({ maxStackDepth: 20 });
    assert.equal(engine.captureDepth, 36);
  });

  it('captures nothing that it has not chosen', () => {
    engine = engineWith({ sampling: 1e-12 });
    for (let i = 0; i < 10; i++) void waits();
    assert.deepEqual([engine.counts.captures, engine.drawnProbability], [0, 1e-12]);
  });

  it('takes all while a burst is on', () => {
    engine = engineWith({ sampling: 1e-12 });
    engine.setBurst(0.5);
    void waits();
    assert.equal(engine.samplingProbability, 1);
    assert.ok(engine.counts.captures > 0);
    engine.setBurst(undefined);
    assert.equal(engine.samplingProbability, 1e-12);
  });

  it('draws anew where its budget is spent', () => {
    engine = engineWith({ sampling: 'adaptive', overheadBudget: 0.01 });
    let drawn = 0;
    engine.hook.redraw = () => {
      drawn++;
    };
    engine.spend(0, 1);
    assert.equal(drawn, 0);
    while (engine.samplingProbability === 1) engine.spend(100, 1_000);
    assert.equal(drawn, 1);
  });

  it('accounts the events that it resolves, and no more time than that took', () => {
    engine = engineWith({ sampling: 'all' });
    const spent: [number, number][] = [];
    for (let i = 0; i < 5; i++) void new Promise(() => undefined);
    engine.spend = (...args) => void spent.push(args);
    const begin = nowMillis();
    engine.settle();
    assert.equal(spent.length, 1);
    const [millis, events] = spent[0]!;
    assert.equal(events, 5);
    assert.ok(millis >= 0 && millis <= nowMillis() - begin);
  });

  describe('that another one calls from its hook', () => {
    let onTurn: () => void;
    let turns: number;
    let ends: number;
    let dutyCycle: number;
    let countsLosses: boolean;
    let verdicts: [record: TaskRecord, isTask: boolean][];
    let owner: HookOwner;
    let removeHook: () => void;

    beforeEach(() => {
      [turns, ends, dutyCycle, countsLosses, verdicts] = [0, 0, 1, false, []];
      onTurn = () => {
        turns++;
      };
      owner = {
        keeper: new StackKeeper(),
        stamp: createStamp<TaskRecord>(),
        contexts: new TaskContextReader(taskLabelConfig()),
        lost: new LostTasks(Math.random),
        onTime: nowMillis,
        get dutyCycle() {
          return dutyCycle;
        },
        get countsLosses() {
          return countsLosses;
        },
        init: (promise, parent) => engine.hook.init(promise, parent),
        onVerdict: (record, _event, isTask) => void verdicts.push([record, isTask]),
        onTurn: () => onTurn(),
        onEnd: () => {
          ends++;
        },
      };
    });

    /** The engine, and the hook of its owner. */
    function start(options: TaskProfilerOptions = { sampling: 'all' }): void {
      engine = engineWith(options, owner);
      removeHook = promiseHooks.createHook({
        init: owner.init,
        before: (promise) => engine.hook.before(promise),
      }) as () => void;
    }
    afterEach(() => removeHook());

    it('has no hook of its own', () => {
      start();
      removeHook();
      void waits();
      assert.equal(engine.counts.captures, 0);
    });

    it('tells what captured parks turned out to be, and when it has worked', async () => {
      start();
      const outer = async (): Promise<void> => await waits();
      void outer();
      engine.settle();
      assert.deepEqual(
        verdicts.map(([, isTask]) => isTask),
        [true, false],
      );
      assert.equal(engine.framesOf([...engine.heldStacks()][0] as never)[0]!.functionName, 'waits');
      removeHook();
      await settled();
      assert.equal(turns, 1);
      assert.equal(engine.keeper, owner.keeper);
    });

    it('works on in the next turn until all is done, in one turn at a time', async () => {
      start();
      void waits();
      engine.settle();
      void waits();
      let slices = 0;
      engine.settleSlice = () => ++slices >= 3;
      removeHook();
      await settled();
      await settled();
      assert.deepEqual([slices, turns], [3, 3]);
    });

    it('halves its probability where it holds too many, and comes back window by window where there is room', async () => {
      start({ sampling: 'all', maxTasks: 8 });
      let drawn = 0;
      const redraw = engine.hook.redraw.bind(engine.hook);
      engine.hook.redraw = () => {
        drawn++;
        redraw();
      };
      let windows = 0;
      const timer = new WindowTimer(() => windows++);
      await until(() => windows === 1);
      timer.run();
      await until(() => windows === 2);
      timer.stop();
      assert.equal(drawn, 1, 'there is nothing to come back from, so no window runs after the first');
      drawn = 0;
      while (engine.samplingProbability > 0.25) {
        for (let i = 0; i < 10; i++) void waits();
        engine.settle();
      }
      const { droppedTasks, captured } = engine.counts;
      assert.ok(droppedTasks > 0 && captured <= 8);
      assert.ok(drawn >= 2);
      drawn = 0;
      engine.resumeUnseen();
      await settled();
      removeHook();
      await until(() => engine.samplingProbability === 1);
      assert.ok(drawn >= 2);
      assert.equal(engine.isExact, false);
    });

    it('captures nothing once it has stopped, whatever the hook goes on with', () => {
      start();
      engine.stop();
      void waits();
      assert.equal(engine.counts.captures, 0);
    });

    it('leaves the stacks alone: more is held than it knows', () => {
      start();
      for (let frame = 0; frame < 40_000; frame++) owner.keeper.stacks.push(0, frame);
      engine.settle();
      assert.ok(owner.keeper.stacks.size > 40_000);
    });

    it('stands for more where hooks are on for a share of the time, within a budget that is larger by that', () => {
      dutyCycle = 0.25;
      start({ sampling: 0.4 });
      assert.equal(engine.drawnProbability, 0.1);
      assert.equal(engine.samplingProbability, 0.4);
      engine.stop();
      removeHook();
      start({ sampling: 'adaptive', overheadBudget: 0.01 });
      let drawn = 0;
      engine.hook.redraw = () => {
        drawn++;
      };
      engine.spend(0.009 * WARM_UP_MILLIS, Infinity);
      engine.onDutyCycle();
      assert.equal(drawn, 1);
      // More than twice the budget of a window at 1 %, less than one at 4 %.
      engine.spend(0.03 * WINDOW_MILLIS, Infinity);
      assert.equal(engine.samplingProbability, 1);
    });

    it('takes all that is parked for resumed where nobody saw whether it was', () => {
      start();
      for (let i = 0; i < 3; i++) void waits();
      engine.settle();
      const { resumedTasks, captured } = engine.counts;
      assert.equal(captured, 3);
      engine.resumeUnseen();
      assert.deepEqual([engine.counts.captured, engine.counts.resumedTasks], [0, resumedTasks + 3]);
    });

    it('is told of the park that resumes', () => {
      start();
      void waits();
      engine.settle();
      const [[record]] = verdicts as [[TaskRecord, boolean]];
      engine.resume(record);
      assert.equal(engine.counts.captured, 0);
    });

    for (const counts of [true, false]) {
      it(counts ? 'leaves the count of lost tasks to its owner' : 'counts lost tasks for its owner', async () => {
        countsLosses = counts;
        dutyCycle = 0.25;
        await inOwnTurn(() => {
          start();
          void (async (): Promise<void> => await new Promise(() => undefined))();
          engine.settle();
          removeHook();
        });
        assert.equal(engine.counts.captured, 1);
        await until(() => {
          globalThis.gc!();
          return engine.counts.captured === 0;
        });
        const lost = owner.lost.sinceStart
          .contributions()
          .map(({ amount, inclusionProbability }) => [amount, inclusionProbability]);
        assert.deepEqual(lost, counts ? [] : [[4, 0.25]]);
      });
    }

    it('ends where something of it throws between turns, and its owner with it', async () => {
      const said = recordDiag();
      onTurn = () => {
        throw new Error('broken');
      };
      start();
      void waits();
      await until(() => ends > 0);
      said.stop();
      assert.equal(engine.running, false);
      assert.deepEqual([said.lines, ends], [['error otel-taskprof: profiling is switched off: broken'], 1]);
    });

    it('ends where something has thrown in its hook', async () => {
      const said = recordDiag();
      const stamp = owner.stamp;
      owner = {
        ...owner,
        stamp: {
          ...stamp,
          put: () => {
            throw new Error('broken');
          },
        },
      };
      start();
      void waits();
      assert.equal(engine.running, true);
      engine.settle();
      assert.equal(engine.running, false);
      await settled();
      said.stop();
      assert.deepEqual([said.lines, ends], [['error otel-taskprof: profiling is switched off: broken'], 1]);
    });
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
