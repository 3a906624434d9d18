import assert from 'node:assert/strict';
import { type FlushTarget, hookProvider } from '../../src/sdk/provider-hook.ts';
import type { SdkProvider } from '../../src/sdk/providers.ts';

class FakeProvider implements SdkProvider {
  readonly calls: unknown[][] = [];
  outcome: () => Promise<void> = () => Promise.resolve();

  forceFlush(...args: unknown[]): Promise<void> {
    this.calls.push(['forceFlush', ...args]);
    return this.outcome();
  }

  shutdown(...args: unknown[]): Promise<void> {
    this.calls.push(['shutdown', ...args]);
    return this.outcome();
  }
}

const target = (calls: string[], delivered: Promise<void> = Promise.resolve()): FlushTarget => ({
  forceFlush: () => (calls.push('forceFlush'), delivered),
  shutdown: () => (calls.push('shutdown'), delivered),
});

describe('hookProvider', () => {
  it('flushes and shuts down the target with the provider, which gets its arguments', async () => {
    const provider = new FakeProvider();
    const calls: string[] = [];
    hookProvider(provider, target(calls));

    await provider.forceFlush({ timeoutMillis: 5 });
    await provider.shutdown();

    assert.deepEqual(calls, ['forceFlush', 'shutdown']);
    assert.deepEqual(provider.calls, [['forceFlush', { timeoutMillis: 5 }], ['shutdown']]);
  });

  it('resolves only when the target has delivered', async () => {
    const provider = new FakeProvider();
    const order: string[] = [];
    let deliver = (): void => {};
    hookProvider(provider, target([], new Promise((resolve) => (deliver = resolve))));

    const done = provider.shutdown().then(() => order.push('resolved'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('delivered');
    deliver();
    await done;

    assert.deepEqual(order, ['delivered', 'resolved']);
  });

  it("keeps the provider's own failure", async () => {
    const provider = new FakeProvider();
    provider.outcome = () => Promise.reject(new Error('no collector'));
    hookProvider(provider, target([]));

    await assert.rejects(provider.shutdown(), /no collector/);
  });

  it('leaves the provider as it was', async () => {
    const provider = new FakeProvider();
    const before = Reflect.ownKeys(provider);
    const calls: string[] = [];

    hookProvider(provider, target(calls))();
    await provider.shutdown();

    assert.deepEqual(Reflect.ownKeys(provider), before);
    assert.deepEqual(calls, []);
    assert.deepEqual(provider.calls, [['shutdown']]);
  });

  it('puts back a method that the object itself had', () => {
    const provider = new FakeProvider();
    const own = () => Promise.resolve();
    provider.shutdown = own;

    hookProvider(provider, target([]))();

    assert.equal(Reflect.get(provider, 'shutdown'), own);
  });

  it("only passes on once it is gone, where another tool's wrapper stands around it", async () => {
    const provider = new FakeProvider();
    const calls: string[] = [];
    const unhook = hookProvider(provider, target(calls));
    const hooked = provider.shutdown.bind(provider);
    const outer = () => hooked();
    provider.shutdown = outer;

    unhook();
    await provider.shutdown();

    assert.equal(Reflect.get(provider, 'shutdown'), outer);
    assert.deepEqual(calls, []);
    assert.deepEqual(provider.calls, [['shutdown']]);
  });
});
