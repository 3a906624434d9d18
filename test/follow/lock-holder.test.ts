import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { TaskProfiler, type TaskProfilerOptions, type TaskSnapshot } from '../../src/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { gate, settled } from '../support/settled.ts';

const WAITERS = 10_000;
const TRIALS = 5;

async function holdsLock(work: Promise<void>): Promise<void> {
  await work;
}

async function waitsForLock(lock: Promise<void>): Promise<void> {
  await lock;
}

const tasksOf = (snapshot: TaskSnapshot, name: string): number =>
  snapshot.samples
    .filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === name)
    .reduce((sum, { tasks }) => sum + tasks, 0);

/** What a snapshot of one moment and one in slices say of a lock whose holder came after so many waiters. */
async function snapshotsOf(options: TaskProfilerOptions, heldAfter: number, seed: number): Promise<TaskSnapshot[]> {
  const work = gate();
  const lock = gate();
  const profiler = new TaskProfiler(options, seededRandom(seed));
  profiler.start();
  for (let i = 0; i < WAITERS; i++) {
    if (i === heldAfter) void holdsLock(work.promise);
    // Each on a promise of its own, as in the queue of a lock.
    void waitsForLock(lock.promise.then(() => undefined));
    if (i % 50 === 49) await turn();
  }
  const snapshots = [profiler.snapshot(), await profiler.snapshotIncremental()];
  profiler.stop();
  work.open();
  lock.open();
  await settled();
  return snapshots;
}

describe('one holder of a lock among 10,000 waiters', () => {
  for (const { title, heldAfter } of [
    { title: 'who came after it', heldAfter: 0 },
    // The oldest eighth of the places are certain.
    { title: 'of whom a hundred came before', heldAfter: 100 },
  ]) {
    it(`is in every snapshot with default options: ${title}`, async () => {
      for (let trial = 0; trial < TRIALS; trial++) {
        for (const snapshot of await snapshotsOf({}, heldAfter, 1 + trial * 7919)) {
          assert.equal(Math.round(tasksOf(snapshot, 'holdsLock')), 1);
        }
      }
    });
  }

  // All waiters are of one root. With coverage its hooks cost more than the default budget affords, so it may not be followed.
  it('leaves the waiters their number, where the budget lets every root be followed', async () => {
    for (const snapshot of await snapshotsOf({ overheadBudget: 1 }, 0, 1)) {
      const waiters = tasksOf(snapshot, 'waitsForLock');
      assert.ok(Math.abs(waiters / WAITERS - 1) < 0.05, `${waiters} waiters`);
    }
  });
});
