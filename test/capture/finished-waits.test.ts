import assert from 'node:assert/strict';
import { FinishedWaits } from '../../src/capture/finished-waits.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

function finished(parkedAt: number, resumedAt: number): TaskRecord {
  const record = new TaskRecord(parkedAt, 1, 0.5);
  record.resumedAt = resumedAt;
  return record;
}

function sumMillis(waits: FinishedWaits, of: (record: TaskRecord) => boolean = () => true): number {
  return waits.waits.filter(({ record }) => of(record)).reduce((sum, wait) => sum + waits.estimateMillis(wait), 0);
}

describe('FinishedWaits', () => {
  it('counts a wait by the time inside the interval and its weight', () => {
    const waits = new FinishedWaits(100, 10, seededRandom(1));
    waits.add(finished(90, 130));
    waits.add(finished(110, 115));
    waits.add(finished(80, 99));
    assert.equal(waits.waits.length, 2);
    assert.equal(sumMillis(waits), 2 * 30 + 2 * 5);
  });

  it('gives up none but the shorter half where it is full, in whatever order they came', () => {
    // Each is kept with the probability of its size in terms of the median, so those above that are kept for sure.
    for (const order of [(i: number) => i, (i: number) => 64 - i, (i: number) => (i * 31) % 65]) {
      const waits = new FinishedWaits(0, 64, seededRandom(1));
      for (let i = 0; i < 65; i++) waits.add(finished(10, 11 + order(i)));
      const kept = new Set(waits.waits.map(({ record }) => record.resumedAt - 11));
      for (let long = 33; long < 65; long++) assert.ok(kept.has(long), `${long} is kept`);
      assert.ok(kept.size < 65);
      for (const wait of waits.waits) assert.equal(waits.estimateMillis(wait), Math.max(wait.weightedMillis, 2 * 33));
    }
  });

  it('estimates sums without bias when it is full, and keeps every long wait', () => {
    const short: number[] = [];
    const long: number[] = [];
    for (let trial = 0; trial < 400; trial++) {
      const waits = new FinishedWaits(0, 64, seededRandom(trial));
      for (let i = 0; i < 1_000; i++) waits.add(finished(10, i % 100 === 0 ? 510 : 11 + (i % 7)));
      assert.ok(waits.waits.length <= 64);
      assert.equal(waits.waits.filter(({ record }) => record.resumedAt === 510).length, 10);
      short.push(sumMillis(waits, ({ resumedAt }) => resumedAt < 510));
      long.push(sumMillis(waits, ({ resumedAt }) => resumedAt === 510));
    }
    const truth = Array.from({ length: 1_000 }, (_, i) => (i % 100 === 0 ? 0 : 2 * (1 + (i % 7))));
    expectUnbiased(
      short,
      truth.reduce((sum, value) => sum + value, 0),
      'short waits',
    );
    assert.deepEqual(new Set(long), new Set([10 * 2 * 500]));
  });
});
