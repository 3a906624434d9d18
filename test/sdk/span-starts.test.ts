import assert from 'node:assert/strict';
import { type Context, type Span, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { noteSpanStart } from '../../src/base/local-root.ts';
import { spanAttribute } from '../../src/base/span-attributes.ts';
import { watchSpanStarts } from '../../src/sdk/span-starts.ts';

const REMOTE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
};

describe('watchSpanStarts', () => {
  let provider: TracerProvider;
  let starts: Span[];
  let unwatch: () => void;

  beforeEach(() => {
    starts = [];
    const settled = (): Promise<void> => Promise.resolve();
    const onStart = (span: unknown): void => void starts.push(span as Span);
    provider = new TracerProvider({
      spanProcessors: [{ onStart, onEnd: () => undefined, forceFlush: settled, shutdown: settled }],
    });
    unwatch = watchSpanStarts(provider, [noteSpanStart]);
  });

  afterEach(() => unwatch());

  const start = (parent: Context, attributes = {}): [Span, Context] => {
    const span = provider.getTracer('test').startSpan('span', { attributes }, parent);
    return [span, trace.setSpan(parent, span)];
  };

  const tenantOf = ([span, active]: [Span, Context]): unknown => spanAttribute(active, span, 'tenant');

  it('tells the attributes of the first local span of the trace, as they are now', () => {
    const [root, inRoot] = start(trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(REMOTE)), { tenant: 'acme' });
    const child = start(inRoot);
    const grandchild = start(child[1]);
    assert.equal(tenantOf(grandchild), 'acme');
    root.setAttribute('tenant', 'other');
    root.end();
    assert.deepEqual([tenantOf(child), tenantOf(grandchild)], ['other', 'other']);
  });

  it('takes what the active span itself has before that, and no other ancestor', () => {
    const [, inRoot] = start(ROOT_CONTEXT, { tenant: 'root' });
    const [, inChild] = start(inRoot, { tenant: 'child' });
    assert.equal(tenantOf(start(inChild)), 'root');
    assert.equal(tenantOf(start(inChild, { tenant: 'own' })), 'own');
  });

  it('takes a span without a parent, and one whose parent is remote, for its own root', () => {
    assert.equal(tenantOf(start(ROOT_CONTEXT)), undefined);
    assert.equal(tenantOf(start(trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(REMOTE)))), undefined);
  });

  it('tells nothing where the root can not be known, since spans in between started before', () => {
    unwatch();
    const [, inRoot] = start(ROOT_CONTEXT, { tenant: 'root' });
    const [, inChild] = start(inRoot, { tenant: 'child' });
    unwatch = watchSpanStarts(provider, [noteSpanStart]);
    assert.equal(tenantOf(start(inRoot)), 'root');
    assert.equal(tenantOf(start(inChild)), undefined);
  });

  it('keeps no root span alive', async () => {
    const child = (() => {
      const [root, inRoot] = start(ROOT_CONTEXT, { tenant: 'acme' });
      const ref = new WeakRef(root);
      return { ref, started: provider.getTracer('test').startSpan('child', {}, inRoot) };
    })();
    starts.length = 0;
    while (child.ref.deref() !== undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc!();
    }
    assert.equal(spanAttribute(ROOT_CONTEXT, child.started, 'tenant'), 'acme');
  });

  it("leaves the SDK's own processors their calls, and the provider as it was", () => {
    const [span] = start(ROOT_CONTEXT);
    assert.deepEqual(starts, [span]);
    const processor = (provider as unknown as { _activeSpanProcessor: object })._activeSpanProcessor;
    assert.ok(Object.hasOwn(processor, 'onStart'));
    unwatch();
    assert.ok(!Object.hasOwn(processor, 'onStart'));
    const [, inRoot] = start(ROOT_CONTEXT, { tenant: 'acme' });
    assert.equal(tenantOf(start(inRoot)), undefined);
  });

  it('does nothing to providers that have no such processor, or a frozen one', () => {
    watchSpanStarts({}, [noteSpanStart])();
    watchSpanStarts({ _activeSpanProcessor: 1 }, [noteSpanStart])();
    watchSpanStarts({ _activeSpanProcessor: Object.freeze({ onStart: () => undefined }) }, [noteSpanStart])();
  });

  it('lets nothing out into the start of a span', () => {
    const processor = { onStart: (): string => 'started' };
    watchSpanStarts({ _activeSpanProcessor: processor }, [noteSpanStart]);
    assert.equal((processor.onStart as (...args: unknown[]) => unknown)(undefined, undefined), 'started');
  });
});
