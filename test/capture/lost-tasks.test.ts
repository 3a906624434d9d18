import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import type { SampledTask } from '../../src/capture/live-sample.ts';
import { LostTasks } from '../../src/capture/lost-tasks.ts';
import { EMPTY_TASK_CONTEXT } from '../../src/capture/task-context.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** So many are held. */
const MAX_HELD = 1_024;

function task(stack: number, parkedAt = 0): SampledTask {
  return { parkedAt, context: EMPTY_TASK_CONTEXT, stack, operationFrames: 2, unit: 7, unitProbability: 0.5 };
}

const amountOf = (amount: number) => ({ amount, inclusionProbability: 1 / amount, source: 'captured' }) as const;
const stacks = (tasks: Iterable<{ stack: number }>): number[] => Array.from(tasks, ({ stack }) => stack);

describe('LostTasks', () => {
  it('counts those that were seen, and what they stand for', () => {
    const lost = new LostTasks(seededRandom(1));
    lost.add(task(1), amountOf(4));
    lost.add(task(2), amountOf(2));
    assert.deepEqual([lost.count, lost.estimate], [2, 6]);
  });

  it('keeps what is told of a task, and how long it had waited', () => {
    const lost = new LostTasks(seededRandom(1));
    const parkedAt = nowMillis() - 5_000;
    const one = task(3, parkedAt);
    lost.add(one, amountOf(4));
    const [{ waitMillis, task: kept, ...told } = assert.fail('it is not there')] = lost.sinceStart.contributions();
    assert.deepEqual(told, { amount: 4, inclusionProbability: 1 / 4, source: 'captured' });
    assert.deepEqual({ ...kept }, { ...one });
    assert.ok(waitMillis >= 5_000 && waitMillis <= nowMillis() - parkedAt, `${waitMillis}`);
  });

  it('has in an interval what is lost while that is open', () => {
    const lost = new LostTasks(seededRandom(1));
    lost.add(task(1), amountOf(1));
    const interval = lost.open(nowMillis());
    lost.add(task(2), amountOf(1));
    assert.deepEqual(stacks(lost.tasks()), [1, 2, 2]);
    lost.close(interval);
    lost.add(task(3), amountOf(1));
    assert.deepEqual(stacks(interval.tasks), [2]);
    assert.deepEqual(stacks(lost.sinceStart.tasks), [1, 2, 3]);
    assert.deepEqual(stacks(lost.tasks()), [1, 2, 3]);
  });

  it('holds as many as it may, and gives up a half with one more: the others stand for two', () => {
    const lost = new LostTasks(seededRandom(1));
    const { sinceStart } = lost;
    for (let i = 0; i < MAX_HELD; i++) lost.add(task(i), amountOf(2));
    assert.equal(sinceStart.dropped, 0);
    lost.add(task(MAX_HELD), amountOf(2));
    const { dropped } = sinceStart;
    assert.ok(dropped > 0.4 * MAX_HELD && dropped < 0.6 * MAX_HELD, `${dropped}`);
    const kept = sinceStart.contributions();
    assert.equal(kept.length, MAX_HELD + 1 - dropped);
    for (const { amount, inclusionProbability } of kept) assert.deepEqual([amount, inclusionProbability], [4, 1 / 4]);
    // What comes now stays as often as what was there.
    for (let i = 0; i < 400; i++) lost.add(task(i), amountOf(2));
    const more = sinceStart.dropped - dropped;
    assert.ok(more > 140 && more < 260, `${more} of 400`);
  });
});
