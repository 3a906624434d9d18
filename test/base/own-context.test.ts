import assert from 'node:assert/strict';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { isOwnContext, runAsOwn } from '../../src/base/own-context.ts';

describe('runAsOwn', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  it('marks what it runs and what that starts, and nothing else', async () => {
    const seen = (): [boolean, boolean] => [isOwnContext(context.active()), isTracingSuppressed(context.active())];
    const inside = runAsOwn(async () => {
      const first = seen();
      await new Promise(setImmediate);
      return [first, seen()];
    });
    assert.deepEqual(seen(), [false, false]);
    assert.deepEqual(await inside, [
      [true, true],
      [true, true],
    ]);
    assert.equal(isOwnContext(ROOT_CONTEXT), false);
  });

  it('keeps the values of the context that it is called in', () => {
    const key = Symbol('key');
    context.with(ROOT_CONTEXT.setValue(key, 'kept'), () => {
      assert.equal(
        runAsOwn(() => context.active().getValue(key)),
        'kept',
      );
    });
  });

  it('gives the result and throws the error of what it runs', () => {
    assert.equal(
      runAsOwn(() => 7),
      7,
    );
    assert.throws(() => runAsOwn(() => assert.fail('out')), /out/);
  });
});
