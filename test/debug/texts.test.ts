import assert from 'node:assert/strict';
import { TaskLabels } from '../../src/base/task-labels.ts';
import type { LabelValue, SpanReference, StackFrame } from '../../src/base/types.ts';
import type { CollectedTasks } from '../../src/debug/collect.ts';
import { stacksText } from '../../src/debug/stacks-text.ts';
import { tasksText } from '../../src/debug/tasks-text.ts';
import type { ListedTask, TaskList } from '../../src/snapshot/task-list.ts';
import { frame } from '../support/profiles-data.ts';

const POOL = [frame('connect'), frame('withClient'), frame('findOrders')];
const LOCK = [frame('holdLock', '/app/lock.cjs')];

interface GivenTask {
  readonly stack: readonly StackFrame[];
  readonly waitMillis: number;
  readonly probability?: number;
  readonly labels?: Record<string, LabelValue>;
  readonly span?: SpanReference;
  readonly operationFrames?: number;
}

function listed({ stack, waitMillis, probability = 1, labels = {}, span, operationFrames = 0 }: GivenTask): ListedTask {
  const context = { span, labels: new TaskLabels(Object.entries(labels)) };
  const task = { parkedAt: 0, context, stack: 0, operationFrames, unit: 0, unitProbability: 1 };
  const amount = 1 / probability;
  const contribution = { task, amount, inclusionProbability: probability, waitMillis, source: 'captured' as const };
  return { contribution, context, stack, awaitIndex: operationFrames, stackNumber: stack === POOL ? 1 : 2 };
}

function list(tasks: readonly GivenTask[], changes: Partial<TaskList> = {}): TaskList {
  const timeUnixNano = 1_790_000_000_123_456_789n;
  const exact = { isExact: true, droppedTasks: 0, cutLabels: 0, samplingProbability: 1 };
  return { tasks: tasks.map(listed), timeUnixNano, consistency: 'moment', ...exact, ...changes };
}

const SHOP: readonly GivenTask[] = [
  { stack: POOL, waitMillis: 528, operationFrames: 1, labels: { tier: 'gold', shard: 3 } },
  { stack: LOCK, waitMillis: 754_000, span: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) } },
  { stack: POOL, waitMillis: 1_204, operationFrames: 1, labels: { 'a b': 'x"y' } },
  { stack: POOL, waitMillis: 3, operationFrames: 1, labels: { tier: 'gold', shard: 3 } },
];

const text = (steps: Iterable<string>): string => [...steps].join('');

describe('stacksText', () => {
  it('lists stacks, most tasks first, with their labels', () => {
    assert.equal(
      text(stacksText(list(SHOP))),
      `4 tasks parked, exactly
time: 2026-09-21T14:13:20.123Z, all at one moment (consistency: moment)
sampling probability: 1, 4 tasks looked at

3 tasks, 75.0 %, oldest 1.20 s
# 2: shard=3 tier="gold"
# 1: "a b"="x\\"y"
    connect              /app/pool.js:7:14
    await in withClient  /app/pool.js:10:20
      findOrders         /app/pool.js:10:20

1 task, 25.0 %, oldest 12.6 min
    await in holdLock  /app/lock.cjs:8:16
`,
    );
  });

  it('has standard errors where they are over a tenth, and says how sure the rest is', () => {
    const tasks = Array.from({ length: 100 }, (_, i) => ({
      stack: i < 99 ? POOL : LOCK,
      waitMillis: 5,
      probability: 0.5,
    }));
    const interval = { startTimeUnixNano: 0n, durationNano: 5_004_000_000n };
    const inexact: CollectedTasks = {
      ...list(tasks, { isExact: false, consistency: 'interval', droppedTasks: 7 }),
      ...interval,
    };
    const [header = '', pool = '', lock = ''] = text(stacksText(inexact)).split('\n\n');
    assert.equal(
      header,
      `200 tasks parked, standard error 14.1
time: 2026-09-21T14:13:20.123Z, mean over the 5.00 s before (consistency: interval)
sampling probability: 0.5
left out because of maxTasks: 7`,
    );
    assert.match(pool, /^198 tasks, 99\.0 %/);
    assert.match(lock, /^2 ±1\.4 tasks, 1\.0 %/);
  });

  it('counts sets of labels beyond the twentieth', () => {
    const tasks = Array.from({ length: 25 }, (_, i) => ({ stack: POOL, waitMillis: 5, labels: { user: i } }));
    const lines = text(stacksText(list(tasks))).match(/^# .*$/gm);
    assert.equal(lines?.length, 21);
    assert.equal(lines.at(-1), '# and 5 more sets of labels');
  });

  it('never rounds the probability up to 1', () => {
    const tasks = [{ stack: POOL, waitMillis: 5 }];
    assert.match(text(stacksText(list(tasks, { isExact: false }))), /^sampling probability: over 0\.99,/m);
  });

  it('says that there is nothing', () => {
    assert.match(text(stacksText(list([]))), /^0 tasks parked, exactly\n/);
  });
});

describe('tasksText', () => {
  it('lists tasks, the one that waits longest first, with labels, span and what they stand for', () => {
    const tasks = [...SHOP.slice(0, 2), { stack: POOL, waitMillis: 9, operationFrames: 1, probability: 0.3 }];
    assert.equal(
      text(tasksText(list(tasks, { isExact: false, consistency: 'slices' }))),
      `5.3 tasks parked, standard error 2.8
time: 2026-09-21T14:13:20.123Z, each at its own moment, over some milliseconds (consistency: slices)
sampling probability: 0.56, 3 tasks looked at

task 1, parked 12.6 min
# trace aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa span bbbbbbbbbbbbbbbb
    await in holdLock  /app/lock.cjs:8:16

task 2, parked 528 ms
# labels: shard=3 tier="gold"
    connect              /app/pool.js:7:14
    await in withClient  /app/pool.js:10:20
      findOrders         /app/pool.js:10:20

task 3, parked 9 ms, stands for 3.3
    connect              /app/pool.js:7:14
    await in withClient  /app/pool.js:10:20
      findOrders         /app/pool.js:10:20
`,
    );
  });
});
