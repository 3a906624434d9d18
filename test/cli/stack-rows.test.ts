import assert from 'node:assert/strict';
import type { StackFrame } from '../../src/base/types.ts';
import { stackRows } from '../../src/cli/stack-rows.ts';
import { frame } from '../support/profiles-data.ts';

const of = (name: string, owner: string): StackFrame => frame(name, `file:///app/node_modules/${owner}/index.js`);
const node = (name: string): StackFrame => frame(name, 'node:internal/timers');

/** Each row as `kind name`, outermost first. */
function rowsOf(stack: readonly StackFrame[], awaitIndex: number | undefined, allFrames = false): string[] {
  const entry = { value: 1, standardError: 0, oldestWaitMillis: undefined, labels: {}, span: undefined };
  return stackRows({ ...entry, stack, awaitIndex }, allFrames).map(({ kind, name }) => `${kind} ${name}`);
}

describe('the rows of a stack', () => {
  it('fold what stands between functions of the application, without what is behind the outermost', () => {
    const callers = [of('next', 'express'), node('run'), frame('handle'), of('listen', 'express'), frame('main')];
    assert.deepEqual(rowsOf([frame('query'), ...callers, of('start', 'pm2')], 0), [
      'caller main',
      'folded … 1 frame of express',
      'caller handle',
      'folded … 2 frames of express, node',
      'await query',
    ]);
  });

  it('are those of packages where the application has none among the callers', () => {
    assert.deepEqual(rowsOf([frame('query'), of('next', 'express'), of('run', 'pm2')], 0), [
      'caller run',
      'caller next',
      'await query',
    ]);
  });

  it('have of the operation the calls from one package into another, without wrappers and what Node does inside', () => {
    const operation = [
      node('Socket.write'),
      of('Connection.query', 'pg'),
      of('Client.query', 'pg'),
      of('patched', '@opentelemetry/instrumentation-pg'),
      of('Pool.query', 'pg-pool'),
    ];
    assert.deepEqual(rowsOf([...operation, frame('find')], 5), [
      'await find',
      'operation Pool.query',
      'operation Client.query',
    ]);
    // Where there is nothing else, what there is.
    assert.deepEqual(rowsOf([node('setTimeout'), frame('find')], 1), ['await find', 'operation setTimeout']);
  });

  it('are all where all are wanted, or nothing is known of the await', () => {
    const stack = [node('a'), frame('b'), of('c', 'express'), frame('')];
    assert.deepEqual(rowsOf(stack, 1, true), ['caller <anonymous>', 'caller c', 'await b', 'operation a']);
    assert.deepEqual(rowsOf(stack, undefined), ['caller <anonymous>', 'caller c', 'caller b', 'caller a']);
    assert.deepEqual(rowsOf([], 0), ['caller (no stack)']);
  });

  it('are of one key at one place only', () => {
    const entry = { value: 1, standardError: 0, oldestWaitMillis: undefined, labels: {}, span: undefined };
    const [caller, awaited] = stackRows({ ...entry, stack: [frame('a'), frame('a')], awaitIndex: 0 }, true);
    assert.notEqual(caller!.key, awaited!.key);
    assert.deepEqual([caller!.place, awaited!.place], ['app/pool.js:1', 'app/pool.js:1']);
  });
});
