import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_TASK_PROFILER_CONFIG } from '../../src/config/options.ts';
import { FollowEngine } from '../../src/follow/follow-engine.ts';
import { startEngine } from '../../src/follow/start-engine.ts';
import { Estimate } from '../../src/snapshot/estimate.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { inOwnTurn, settled, until } from '../support/settled.ts';

const TASKS = 40;
const MEASURED_MILLIS = 5_000;

/** Of the present test. */
let load = { isOver: false };

async function brief(): Promise<void> {
  await sleep(5);
}

async function long(): Promise<void> {
  await sleep(100);
}

async function again(wait: () => Promise<void>): Promise<void> {
  const own = load;
  while (!own.isOver) await wait();
}

async function never(): Promise<void> {
  await new Promise(() => undefined);
}

describe('an engine whose hooks are switched', () => {
  let engine: FollowEngine;

  beforeEach(() => {
    load = { isOver: false };
    const started = startEngine({ ...DEFAULT_TASK_PROFILER_CONFIG, sampling: 1, random: seededRandom(8) });
    assert.ok(started instanceof FollowEngine);
    engine = started;
  });
  afterEach(() => {
    load.isOver = true;
    engine.stop();
  });

  /** As where the hooks alone take so many budgets, for long. */
  function switchHooks(budgets = 2): void {
    for (let i = 0; i < 10; i++) engine.duty.note(budgets * DEFAULT_TASK_PROFILER_CONFIG.overheadBudget, 1_000);
    assert.ok(engine.counts.dutyCycle < 1);
  }

  const switchedTo = (isOn: boolean): Promise<void> => until(() => engine.duty.isOn === isOn);

  const of = (name: string, contributions: Iterable<Parameters<Estimate['add']>[0]>): Estimate => {
    const estimate = new Estimate();
    for (const contribution of contributions) {
      if (engine.framesOf(contribution.task).some(({ functionName }) => functionName === name))
        estimate.add(contribution);
    }
    return estimate;
  };

  it('counts short and long waits as many as there are, within the error that it claims', async () => {
    switchHooks();
    for (let i = 0; i < TASKS; i++) {
      setTimeout(() => void again(brief), i);
      setTimeout(() => void again(long), i * 3);
    }
    await sleep(1_000);
    const interval = engine.openInterval();
    const onBefore = engine.duty.onTime();
    await sleep(MEASURED_MILLIS);
    const onShare = (engine.duty.onTime() - onBefore) / MEASURED_MILLIS;
    assert.ok(onShare < 0.7, `the hooks were on for ${onShare} of the time`);
    const contributions = [...interval.end(performance.now()).contributions];
    interval.close();
    for (const name of ['brief', 'long']) {
      const { total, standardError } = of(name, contributions);
      const told = `${name}: ${total} ± ${standardError} of ${TASKS}`;
      // Where chance finds few the claimed error is as low as the estimate: what it would be at the truth goes with the root.
      const errorAtTruth = standardError * Math.sqrt(Math.max(TASKS / total, 1));
      assert.ok(errorAtTruth < TASKS && Math.abs(total - TASKS) < 5 * errorAtTruth, told);
    }
  });

  it('knows what is parked all along, and not what resumed unseen', async () => {
    const gates: (() => void)[] = [];
    async function resumes(): Promise<void> {
      await new Promise<void>((resolve) => gates.push(resolve));
    }
    for (let i = 0; i < 5; i++) {
      await inOwnTurn(() => void never());
      await inOwnTurn(() => void resumes());
    }
    switchHooks();
    await switchedTo(false);
    for (const open of gates) open();
    await settled();
    const request = { maxTasks: 100, minWaitMillis: 0, wanted: undefined, matches: undefined, pinned: undefined };
    const found = (name: string): number => of(name, engine.sample(request).contributions).total;
    assert.deepEqual([found('never'), found('resumes')], [5, 0]);
    await switchedTo(true);
    assert.deepEqual([found('never'), found('resumes')], [5, 0]);
    assert.equal(engine.lost.count, 0);
  });

  it('sees all while somebody records what happens', async () => {
    switchHooks();
    await switchedTo(false);
    let events = 0;
    const detach = engine.observe(() => ({
      init: () => {
        events++;
      },
      before: () => undefined,
      after: () => undefined,
    }));
    assert.equal(engine.counts.dutyCycle, 1);
    await inOwnTurn(() => void brief());
    assert.ok(events > 0);
    detach();
  });

  it('lets no fault of that question out to who takes a snapshot in slices', async () => {
    switchHooks();
    await switchedTo(false);
    engine.reader.areEmpty = () => {
      throw new Error('forced');
    };
    const request = { maxTasks: 100, minWaitMillis: 0, wanted: undefined, matches: undefined, pinned: undefined };
    const sample = engine.beginSample(request);
    while (!sample.slice(1));
    assert.deepEqual([[...sample.end().contributions], engine.running], [[], false]);
  });

  it('sees all in a burst', async () => {
    switchHooks();
    await switchedTo(false);
    engine.setBurst(0.5);
    assert.deepEqual([engine.counts.dutyCycle, engine.duty.isOn], [1, true]);
    engine.setBurst(undefined);
  });

  it('leaves no hook behind, also where it stops in a stretch without', async () => {
    switchHooks();
    await switchedTo(false);
    engine.stop();
    // The timer was about to.
    engine.duty.hold();
    await inOwnTurn(() => void brief());
    assert.deepEqual([engine.counts.followed, engine.running], [0, false]);
  });
});
