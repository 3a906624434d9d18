import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { TaskProfiler, type TaskSnapshot } from '../../src/index.ts';
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

describe('one holder of a lock among 10,000 waiters', () => {
  for (const { title, heldAfter } of [
    { title: 'who came after it', heldAfter: 0 },
    // The oldest eighth of the places are certain.
    { title: 'of whom a hundred came before', heldAfter: 100 },
  ]) {
    it(`is in every snapshot with default options: ${title}`, async () => {
      for (let trial = 0; trial < TRIALS; trial++) {
        const work = gate();
        const lock = gate();
        const profiler = new TaskProfiler({}, seededRandom(1 + trial * 7919));
        profiler.start();
        for (let i = 0; i < WAITERS; i++) {
          if (i === heldAfter) void holdsLock(work.promise);
          // Each on a promise of its own, as in the queue of a lock.
          void waitsForLock(lock.promise.then(() => undefined));
          if (i % 50 === 49) await turn();
        }
        const moment = profiler.snapshot();
        const slices = await profiler.snapshotIncremental();
        profiler.stop();
        work.open();
        lock.open();
        await settled();
        for (const snapshot of [moment, slices]) {
          assert.equal(Math.round(tasksOf(snapshot, 'holdsLock')), 1);
          const waiters = tasksOf(snapshot, 'waitsForLock');
          assert.ok(Math.abs(waiters / WAITERS - 1) < 0.05, `${waiters} waiters`);
        }
      }
    });
  }
});
