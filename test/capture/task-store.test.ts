import assert from 'node:assert/strict';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { LateContext } from '../../src/capture/late-context.ts';
import { TaskContextReader } from '../../src/capture/task-context.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
import { TaskStore } from '../../src/capture/task-store.ts';
import { taskLabelConfig } from '../../src/config/labels.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased } from '../support/statistics.ts';

const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

const never = (): void => assert.fail('full');

const storeOf = (maxTasks: number, random = seededRandom(1), onFull = never): TaskStore =>
  new TaskStore(maxTasks, random, onFull);

function add(store: TaskStore, parkedAt: number, probability = 1): TaskRecord {
  const record = new TaskRecord(parkedAt, parkedAt, probability);
  store.addTask(record);
  return record;
}

const parkedAt = (records: Iterable<TaskRecord>): number[] => Array.from(records, (record) => record.parkedAt);

describe('TaskStore', () => {
  it('has a task from the time that it is known until it resumes, in whatever order tasks do', () => {
    const store = storeOf(10);
    const [first, second, third] = [add(store, 1), add(store, 2), add(store, 3)];
    store.resume(first, 10);
    assert.deepEqual(parkedAt(store.live).sort(), [2, 3]);
    // The last one has moved to the place of the first.
    store.resume(third, 11);
    assert.deepEqual(parkedAt(store.live), [2]);
    store.resume(second, 12);
    assert.deepEqual(parkedAt(store.live), []);
    assert.deepEqual([first.resumedAt, second.resumedAt, third.resumedAt], [10, 12, 11]);
  });

  it('sums what began and what resumed by the tasks that these stand for', () => {
    const store = storeOf(10);
    const one = add(store, 1, 0.5);
    add(store, 2, 0.25);
    assert.deepEqual([store.totals, store.liveWeight], [{ started: 6, resumed: 0 }, 6]);
    store.resume(one, 3);
    assert.deepEqual([store.totals, store.liveWeight], [{ started: 6, resumed: 2 }, 4]);
    // It resumes again: an await of a loop has a record of its own each time, so this says nothing new.
    store.resume(one, 4);
    assert.equal(store.totals.resumed, 2);
  });

  it('counts one that has resumed before it was known, and does not hold it', () => {
    const store = storeOf(10);
    const record = new TaskRecord(1, 1, 0.5);
    record.resumedAt = 2;
    store.addTask(record);
    assert.deepEqual(store.totals, { started: 2, resumed: 2 });
    assert.deepEqual([...store.records()], []);
    assert.equal(record.state, 'task');
  });

  it('reads the context of what has ended for intervals that are open, and lets go of it where there is none', () => {
    const store = storeOf(10);
    const labels = { 'http.route': '/' };
    const parked = (at: number): TaskRecord => {
      const record = add(store, at);
      const active = trace.setSpan(ROOT_CONTEXT, Object.assign(trace.wrapSpanContext(SPAN), { attributes: labels }));
      record.lateContext = new LateContext(new TaskContextReader(taskLabelConfig()), active);
      return record;
    };
    const [before, during] = [parked(1), parked(2)];
    store.resume(before, 10);
    assert.equal(before.lateContext, undefined);
    store.openInterval(5);
    store.resume(during, 10);
    labels['http.route'] = '/late';
    assert.equal(during.context.labels.values['http.route'], '/');
  });

  it('counts what was captured because it was asked for as nobody', () => {
    const store = storeOf(10);
    const record = new TaskRecord(1, 1, 0.5);
    record.isForced = true;
    store.addTask(record);
    assert.deepEqual([store.live.length, store.totals.started, record.state], [0, 0, 'task']);
  });

  it('counts a lost task as one that began and never resumed', () => {
    const store = storeOf(10);
    store.lose(add(store, 1), 5);
    assert.deepEqual([store.live.length, store.liveWeight], [0, 0]);
    assert.deepEqual(store.totals, { started: 1, resumed: 0 });
  });

  it('keeps parks that end for each interval that is open, as long as it is', () => {
    const store = storeOf(10);
    const [early, late, after] = [add(store, 1), add(store, 2), add(store, 3)];
    const first = store.openInterval(0);
    store.resume(early, 10);
    const second = store.openInterval(10);
    store.lose(late, 20);
    const resumed = new TaskRecord(12, 12, 1);
    resumed.resumedAt = 15;
    store.addTask(resumed);
    assert.deepEqual(parkedAt(first.waits.map(({ record }) => record)), [1, 2, 12]);
    assert.deepEqual(parkedAt(second.waits.map(({ record }) => record)), [2, 12]);
    store.closeInterval(first);
    assert.deepEqual(parkedAt(store.records()), [3, 2, 12]);
    store.resume(after, 30);
    assert.equal(first.waits.length, 3);
    assert.equal(second.waits.length, 3);
  });

  it('keeps two parks that end for each live task at the most', () => {
    const store = storeOf(4);
    const interval = store.openInterval(0);
    const waitsAfterMore = (): number => {
      for (let i = 1; i <= 8; i++) store.resume(add(store, i), 100);
      return interval.waits.length;
    };
    assert.equal(waitsAfterMore(), 8);
    const waits = waitsAfterMore();
    assert.ok(waits <= 8 && waits > 0, `${waits}`);
  });

  it('gives up a random half where it is full, says so, and stands for as many as before', () => {
    const totals: number[] = [];
    for (let trial = 0; trial < 200; trial++) {
      let full = 0;
      const store = storeOf(16, seededRandom(1 + 7919 * trial), () => full++);
      const records = Array.from({ length: 100 }, (_, i) => add(store, i));
      assert.ok(full > 0);
      assert.ok(store.live.length <= 16);
      assert.equal(store.thinned, 100 - store.live.length);
      assert.equal(
        store.liveWeight,
        store.live.reduce((sum, { weight }) => sum + weight, 0),
      );
      assert.equal(records.filter(({ state }) => state === 'dropped').length, store.thinned);
      totals.push(store.liveWeight);
      for (const record of records) store.resume(record, 200);
      assert.deepEqual([store.live.length, store.liveWeight], [0, 0]);
    }
    expectUnbiased(totals, 100, 'tasks');
  });

  it('is full with one more than it may hold, and has ample room up to a quarter', () => {
    const calls: number[] = [];
    const store = storeOf(8, seededRandom(5), () => calls.push(store.live.length));
    const hasRoom = Array.from({ length: 8 }, (_, i) => {
      add(store, i);
      return store.hasAmpleRoom;
    });
    assert.deepEqual(hasRoom, [true, true, false, false, false, false, false, false]);
    assert.deepEqual(calls, []);
    add(store, 8);
    assert.deepEqual(calls, [store.live.length]);
  });

  it('holds nothing once it is cleared', () => {
    const store = storeOf(8);
    const record = add(store, 1);
    const interval = store.openInterval(0);
    store.clear();
    assert.deepEqual([...store.records(), store.liveWeight], [0]);
    assert.equal(record.state, 'dropped');
    // What comes late changes nothing.
    store.resume(record, 5);
    assert.equal(store.totals.resumed, 0);
    assert.equal(interval.waits.length, 0);
  });
});
