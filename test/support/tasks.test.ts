import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { StackFrame, TaskSample, TaskSnapshot } from '../../src/index.ts';
import { expectNoTasks, expectTasks, type ExpectedTasks } from './tasks.ts';

const frame = (functionName: string, file = '/app/pool.mjs', line = 1): StackFrame => ({
  functionName,
  file,
  line,
  column: 1,
});

const sample = (tasks: number, stack: StackFrame[], awaitIndex = 0, oldestWaitMillis = 5): TaskSample => ({
  stack,
  awaitIndex,
  tasks,
  standardError: 0,
  samplingProbability: 1,
  source: 'captured',
  oldestWaitMillis,
  labels: {},
});

const snapshotOf = (...samples: TaskSample[]): TaskSnapshot => ({
  timeUnixNano: 0n,
  consistency: 'moment',
  totalTasks: samples.reduce((sum, { tasks }) => sum + tasks, 0),
  totalStandardError: 0,
  samples,
  samplingProbability: 1,
  droppedTasks: 0,
  cutLabels: 0,
});

const connect = frame('BoundPool.connect', '/app/node_modules/pg-pool/index.js');
const acquiring = sample(40, [connect, frame('acquire', 'file:///app/pool.mjs', 12), frame('handle')], 1);

describe('expectTasks', () => {
  const accepts = (...expected: ExpectedTasks[]) => expectTasks(snapshotOf(acquiring), expected);
  const rejects = (message: RegExp, ...expected: ExpectedTasks[]) =>
    assert.throws(() => accepts(...expected), { message });

  it('takes the exact number at the function of the await', () => accepts({ at: 'acquire', tasks: 40 }));

  it('takes a file and line for the function', () => accepts({ at: 'pool.mjs:12', tasks: 40 }));

  it('takes the last part of a name', () => {
    expectTasks(snapshotOf(sample(1, [connect])), [{ at: 'connect', tasks: 1 }]);
  });

  it('adds up samples of one group', () => {
    const other = sample(2, [frame('acquire'), frame('other')]);
    expectTasks(snapshotOf(acquiring, other), [{ at: 'acquire', tasks: 42 }]);
  });

  it('fails if nothing is expected', () => rejects(/expects nothing/));

  it('fails on a group of no tasks', () => rejects(/expects 0 tasks at acquire/, { at: 'acquire', tasks: 0 }));

  it('fails on another number, and shows the snapshot', () => {
    const message =
      /expected 41 tasks at acquire, found 40[^]*40 tasks[^]*await acquire \(file:\/\/\/app\/pool\.mjs:12:1\)/;
    rejects(message, { at: 'acquire', tasks: 41 });
  });

  it('fails on tasks that nobody expected', () => {
    const snapshot = snapshotOf(acquiring, sample(3, [frame('other')]));
    assert.throws(() => expectTasks(snapshot, [{ at: 'acquire', tasks: 40 }]), /3 tasks that nobody expected/);
  });

  it('fails where the function is a caller or an operation only', () => {
    rejects(/at handle, found 0/, { at: 'handle', tasks: 40 });
    rejects(/at connect, found 0/, { at: 'connect', tasks: 40 });
  });

  it('compares the whole operation', () => {
    accepts({ at: 'acquire', tasks: 40, operation: ['pg-pool connect'] });
    rejects(/found 0/, { at: 'acquire', tasks: 40, operation: [] });
    rejects(/found 0/, { at: 'acquire', tasks: 40, operation: ['mysql connect'] });
    rejects(/found 0/, { at: 'acquire', tasks: 40, operation: ['connect', 'connect'] });
  });

  it('compares the nearest callers', () => {
    accepts({ at: 'acquire', tasks: 40, callers: ['handle'] });
    rejects(/found 0/, { at: 'acquire', tasks: 40, callers: ['main'] });
    rejects(/found 0/, { at: 'acquire', tasks: 40, callers: ['handle', 'main'] });
  });

  it('skips callers outside of the file in scope', () => {
    const stack = [frame('leaf'), frame('run', 'node:async_hooks'), frame('outer')];
    expectTasks(snapshotOf(sample(1, stack)), [{ at: 'leaf', tasks: 1, callers: ['outer'] }], {
      file: '/app/pool.mjs',
    });
  });

  it('compares the source line of the await', () => {
    const here = frame('it', import.meta.url, 1);
    expectTasks(snapshotOf(sample(1, [here])), [{ at: 'it', tasks: 1, line: 'node:assert' }]);
    assert.throws(
      () => expectTasks(snapshotOf(sample(1, [here])), [{ at: 'it', tasks: 1, line: 'node:http' }]),
      /found 0/,
    );
  });

  it('compares the oldest wait', () => {
    accepts({ at: 'acquire', tasks: 40, waitingLongerThanMillis: 4 });
    rejects(/longer than 5 ms, not 5 ms/, { at: 'acquire', tasks: 40, waitingLongerThanMillis: 5 });
  });

  it('gives a sample to the first group that matches', () => {
    const snapshot = snapshotOf(sample(1, [frame('leaf'), frame('a')]), sample(2, [frame('leaf'), frame('b')]));
    expectTasks(snapshot, [
      { at: 'leaf', tasks: 1, callers: ['a'] },
      { at: 'leaf', tasks: 2 },
    ]);
  });

  it('leaves tasks of other files alone', () => {
    const file = fileURLToPath(import.meta.url);
    const snapshot = snapshotOf(acquiring, sample(1, [frame('it', import.meta.url)]));
    expectTasks(snapshot, [{ at: 'it', tasks: 1 }], { file });
  });

  it('fails where totalTasks is not the sum of the samples', () => {
    const snapshot = { ...snapshotOf(acquiring), totalTasks: 41 };
    assert.throws(() => expectTasks(snapshot, [{ at: 'acquire', tasks: 40 }]), /totalTasks 41, samples sum to 40/);
  });
});

describe('expectNoTasks', () => {
  it('takes an empty snapshot and tasks of other files', () => {
    expectNoTasks(snapshotOf());
    expectNoTasks(snapshotOf(acquiring), { file: '/app/other.mjs' });
  });

  it('fails on any task in scope', () => {
    assert.throws(() => expectNoTasks(snapshotOf(acquiring)), /expected no tasks, found 40/);
    assert.throws(() => expectNoTasks(snapshotOf(acquiring), { file: '/app/pool.mjs' }), /await acquire/);
  });
});
