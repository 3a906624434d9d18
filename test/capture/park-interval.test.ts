import assert from 'node:assert/strict';
import { ParkInterval } from '../../src/capture/park-interval.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
import { TaskStore } from '../../src/capture/task-store.ts';

describe('ParkInterval', () => {
  const store = new TaskStore(100, Math.random, () => undefined);
  const settledEngine = { isExact: true, settle: () => undefined };

  function parked(at: number): TaskRecord {
    const record = new TaskRecord(at, 1, 0.5);
    store.addTask(record);
    return record;
  }

  afterEach(() => store.clear());

  it('counts what has ended and what is parked by the share that it was, each with its weight', () => {
    const [ended, early, late] = [parked(50), parked(80), parked(140)];
    const interval = new ParkInterval(settledEngine, store, 100);
    store.resume(ended, 150);
    const { contributions, isExact } = interval.end(200);
    const common = { inclusionProbability: 0.5, source: 'captured' };
    assert.deepEqual(
      [...contributions],
      [
        { task: ended, amount: 1, waitMillis: 100, ...common },
        { task: late, amount: 1.2, waitMillis: 60, ...common },
        { task: early, amount: 2, waitMillis: 120, ...common },
      ],
    );
    assert.equal(isExact, true);
  });

  it('settles before it ends, and is as exact as the engine is then', () => {
    const engine = {
      isExact: true,
      settle: () => {
        engine.isExact = false;
        parked(100);
      },
    };
    const { contributions, isExact } = new ParkInterval(engine, store, 100).end(200);
    assert.deepEqual([[...contributions].length, isExact], [1, false]);
  });

  it('counts nothing that has no number where no time has passed', () => {
    const record = parked(50);
    const interval = new ParkInterval(settledEngine, store, 100);
    assert.deepEqual(
      Array.from(interval.end(100).contributions, ({ task, amount }) => [task, amount]),
      [[record, 0]],
    );
  });

  it('keeps nothing any more once it is closed', () => {
    const record = parked(50);
    const interval = new ParkInterval(settledEngine, store, 100);
    interval.close();
    store.resume(record, 150);
    assert.deepEqual([...store.records()], []);
    assert.deepEqual([...interval.end(200).contributions], []);
  });
});
