import assert from 'node:assert/strict';
import { lendPromiseNumbers } from '../../src/follow/promise-number.ts';
import { NONE } from '../../src/follow/row-layout.ts';
import { TaskRegistry } from '../../src/follow/task-registry.ts';
import { ROOT_CONTEXT } from '@opentelemetry/api';

describe('numbers on promises', () => {
  it('are kept on any object, and seen by nobody', () => {
    const lent = lendPromiseNumbers();
    const { numbers, base } = lent;
    for (const object of [Promise.resolve(), Object.freeze(Promise.resolve()), Object.freeze({})]) {
      // Node 22 marks promises itself where AsyncLocalStorage is in use.
      const keys = Reflect.ownKeys(object);
      assert.equal(numbers.get(object), undefined);
      numbers.put(object, base + 7);
      assert.equal(numbers.get(object), base + 7);
      numbers.replace(object, base + 8);
      assert.equal(numbers.get(object), base + 8);
      assert.deepEqual(Reflect.ownKeys(object), keys);
    }
    lent.giveBack(base + 9);
  });

  it('of two users at the same time are not seen by each other', () => {
    const [one, other] = [lendPromiseNumbers(), lendPromiseNumbers()];
    const promise = Promise.resolve();
    one.numbers.put(promise, one.base + 1);
    assert.equal(other.numbers.get(promise), undefined);
    other.numbers.put(promise, other.base + 2);
    assert.equal(one.numbers.get(promise), one.base + 1);
    one.giveBack(one.base + 2);
    other.giveBack(other.base + 3);
  });

  it('that are given back are lent again, above those that may still be on promises', () => {
    const first = lendPromiseNumbers();
    first.giveBack(first.base + 10);
    const second = lendPromiseNumbers();
    assert.equal(second.numbers, first.numbers);
    assert.equal(second.base, first.base + 10);
    second.giveBack(second.base);
  });

  it('of a closed registry are no rows of the next one', () => {
    const [parent, stale, fresh] = [Promise.resolve(), Promise.resolve(), Promise.resolve()];
    const closed = new TaskRegistry();
    const row = closed.register(stale, parent, ROOT_CONTEXT, 0, 0, 1);
    closed.markShared(parent);
    assert.equal(closed.rowOf(stale), row);
    closed.close();
    const next = new TaskRegistry();
    const nextRow = next.register(fresh, parent, ROOT_CONTEXT, 0, 0, 1);
    assert.equal(nextRow, row, 'the rows are numbered alike');
    assert.equal(next.awaitsShared, false);
    assert.equal(next.rowOf(fresh), row);
    assert.equal(next.rowOf(stale), NONE);
    next.close();
  });
});
