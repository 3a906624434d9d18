import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import { TaskProfiler } from '../../src/index.ts';
import type { IntervalSnapshot } from '../../src/snapshot/interval.ts';
import { gate, settled, until } from '../support/settled.ts';

async function waitsUntil(open: Promise<void>): Promise<void> {
  await open;
}

async function waitsForGood(open: Promise<void>): Promise<void> {
  await open;
}

function meanAt(snapshot: IntervalSnapshot, functionName: string): number {
  return snapshot.samples
    .filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === functionName)
    .reduce((sum, { tasks }) => sum + tasks, 0);
}

const passed = (sinceMillis: number, millis: number) => until(() => nowMillis() - sinceMillis >= millis);

describe('Interval', () => {
  let profiler: TaskProfiler;

  beforeEach(() => {
    profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
    profiler.start();
  });
  afterEach(() => profiler.stop());

  it('counts each task by the share of the interval that it was parked (the time integral of live tasks)', async () => {
    const early = gate();
    const never = gate();
    for (let i = 0; i < 20; i++) void waitsForGood(never.promise);
    const startedAt = nowMillis();
    const interval = profiler.openInterval()!;
    await passed(startedAt, 20);
    const firstParksAt = nowMillis();
    for (let i = 0; i < 100; i++) void waitsUntil(early.promise);
    const allParkedAt = nowMillis();
    await passed(nowMillis(), 40);
    const firstResumesAt = nowMillis();
    early.open();
    await settled();
    const allResumedAt = nowMillis();
    await passed(nowMillis(), 40);
    const snapshot = interval.end();
    const durationMillis = Number(snapshot.durationNano) / 1e6;
    assert.ok(durationMillis <= nowMillis() - startedAt);
    const millis = (meanAt(snapshot, 'waitsUntil') * durationMillis) / 100;
    const [least, most] = [firstResumesAt - allParkedAt, allResumedAt - firstParksAt];
    assert.ok(millis > 0.99 * least && millis < 1.01 * most, `${millis} of ${least} to ${most} ms for each task`);
    assert.ok(Math.abs(meanAt(snapshot, 'waitsForGood') - 20) < 0.02 * 20);
    assert.equal(snapshot.samplingProbability, 1);
    assert.equal(snapshot.totalStandardError, 0);
    never.open();
  });

  it('gives the next interval what is still parked, and no more what has ended', async () => {
    const first = gate();
    const second = gate();
    void waitsUntil(first.promise);
    void waitsForGood(second.promise);
    const interval = profiler.openInterval()!;
    const startedAt = nowMillis();
    await passed(startedAt, 5);
    first.open();
    await settled();
    const next = profiler.openInterval()!;
    assert.ok(meanAt(interval.end(), 'waitsUntil') > 0);
    await passed(nowMillis(), 5);
    const snapshot = next.end();
    assert.equal(meanAt(snapshot, 'waitsUntil'), 0);
    assert.ok(Math.abs(meanAt(snapshot, 'waitsForGood') - 1) < 0.01);
    assert.ok(snapshot.samples[0]!.oldestWaitMillis >= 10);
    second.open();
  });
});
