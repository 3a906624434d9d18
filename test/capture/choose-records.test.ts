import assert from 'node:assert/strict';
import { nowMillis } from '../../src/base/clock.ts';
import { TaskLabels } from '../../src/base/task-labels.ts';
import { chooseRecords } from '../../src/capture/choose-records.ts';
import { ContextFilter } from '../../src/capture/context-filter.ts';
import type { LateContext } from '../../src/capture/late-context.ts';
import type { SampleRequest } from '../../src/capture/live-sample.ts';
import { TaskRecord } from '../../src/capture/task-record.ts';
import { seededRandom } from '../support/seeded-random.ts';

const everything: SampleRequest = {
  wanted: undefined,
  matches: undefined,
  pinned: undefined,
  minWaitMillis: 0,
  maxTasks: Infinity,
};

/** Tasks that parked one after the other, in the order of their numbers, each standing for four. */
function recordsOf(count: number, stackOf: (i: number) => number = () => 1): TaskRecord[] {
  const now = nowMillis();
  return Array.from({ length: count }, (_, i) => {
    const record = new TaskRecord(now - 100_000 + i, i, 0.25);
    record.stack = stackOf(i);
    record.operationFrames = i;
    return record;
  });
}

function labelled(record: TaskRecord, tenant: string): void {
  record.lateContext = {
    current: { span: undefined, labels: new TaskLabels([['tenant', tenant]]) },
  } as unknown as LateContext;
}

describe('the choice of records', () => {
  const tenant = new ContextFilter({ tenant: 'acme' });
  const frame = (record: TaskRecord) => [{ functionName: `f${record.operationFrames}`, file: '', line: 0, column: 0 }];
  const choose = (records: readonly TaskRecord[], request: Partial<SampleRequest> = {}) =>
    chooseRecords(records, { ...everything, ...request }, frame, seededRandom(3));

  it('has all where they fit, the oldest first, each with what it stands for and how long it has waited', () => {
    const records = recordsOf(3);
    const before = nowMillis();
    const { contributions, leftOut } = choose(records.toReversed());
    const after = nowMillis();
    assert.equal(leftOut, 0);
    assert.deepEqual(
      contributions.map(({ task, amount, inclusionProbability, source }) => [
        task,
        amount,
        inclusionProbability,
        source,
      ]),
      records.map((record) => [record, 4, 0.25, 'captured']),
    );
    contributions.forEach(({ waitMillis }, i) => {
      assert.ok(waitMillis >= before - records[i]!.parkedAt && waitMillis <= after - records[i]!.parkedAt);
    });
  });

  it('stands for those that were left out too', () => {
    const { contributions, leftOut } = choose(recordsOf(40), { maxTasks: 8 });
    assert.deepEqual([contributions.length, leftOut], [8, 32]);
    const total = contributions.reduce((sum, { amount }) => sum + amount, 0);
    assert.ok(Math.abs(total - 160) < 1e-9, `${total}`);
    // The oldest is certain, the others are 7 of 39.
    assert.deepEqual(
      contributions.map(({ inclusionProbability }) => inclusionProbability),
      [1, ...Array.from({ length: 7 }, () => 7 / 39)].map((probability) => probability / 4),
    );
  });

  it('has those that parked after a moment and until another, and those that have waited for so long', () => {
    const records = recordsOf(4);
    const tasksOf = (request: Partial<SampleRequest>) => choose(records, request).contributions.map(({ task }) => task);
    const [first, , third] = records.map(({ parkedAt }) => parkedAt);
    assert.deepEqual(tasksOf({ parked: { after: first!, until: third! } }), records.slice(1, 3));
    assert.deepEqual(tasksOf({ minWaitMillis: nowMillis() - third! + 0.5 }).includes(records[3]!), false);
    assert.deepEqual(tasksOf({ minWaitMillis: 99_999.5 }).slice(0, 1), records.slice(0, 1));
    const everBefore = { after: -Infinity, until: Infinity };
    assert.deepEqual(tasksOf({ minWaitMillis: 200_000, parked: everBefore }), []);
  });

  it('has those that are wanted, by their contexts', () => {
    const records = recordsOf(4);
    labelled(records[1]!, 'acme');
    labelled(records[2]!, 'other');
    const { contributions } = choose(records, { wanted: tenant });
    assert.deepEqual(
      contributions.map(({ task }) => task),
      [records[1]],
    );
  });

  it('has those whose frames match, with the number of those that are the operation', () => {
    const records = recordsOf(4);
    const { contributions } = choose(records, {
      matches: ([top], operationFrames) => top!.functionName === 'f2' && operationFrames === 2,
    });
    assert.deepEqual(
      contributions.map(({ task }) => task),
      [records[2]],
    );
  });

  it('takes pinned ones for certain, and those with rare stacks', () => {
    const records = recordsOf(40, (i) => (i === 30 ? 2 : 1));
    labelled(records[20]!, 'acme');
    const certain = choose(records, { maxTasks: 16, pinned: tenant })
      .contributions.filter(({ inclusionProbability }) => inclusionProbability === 0.25)
      .map(({ task }) => task);
    assert.deepEqual(certain, [records[0], records[1], records[20], records[30]]);
  });
});
