import assert from 'node:assert/strict';
import { type Context, ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ContextFilter } from '../../src/capture/context-filter.ts';
import { TaskContextReader } from '../../src/capture/task-context.ts';
import { taskLabelConfig } from '../../src/config/labels.ts';
import { type Labels, withTaskLabels } from '../../src/index.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const OTHER_TRACE_ID = '1'.repeat(32);
const span = (traceId: string) => ({ traceId, spanId: 'b7ad6b7169203331' });

const inTrace = (traceId: string): Context => trace.setSpanContext(ROOT_CONTEXT, { ...span(traceId), traceFlags: 1 });

function labelled(labels: Record<string, string | number>, outer = ROOT_CONTEXT): Context {
  return context.with(outer, () => withTaskLabels(labels, () => context.active()));
}

/** Counts what is read beyond the labels of `withTaskLabels`. */
function countingReader(): { reader: TaskContextReader; reads: () => number } {
  const reader = new TaskContextReader(taskLabelConfig());
  const labelsOf = reader.labelsOf.bind(reader);
  let reads = 0;
  reader.labelsOf = (...args) => {
    reads++;
    return labelsOf(...args);
  };
  return { reader, reads: () => reads };
}

describe('ContextFilter', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  const accepts = (filter: ContextFilter, labels: Labels, traceId?: string): boolean =>
    filter.acceptsSample({ labels, span: traceId === undefined ? undefined : span(traceId) });

  it('accepts all where nothing is asked for', () => {
    const { reader, reads } = countingReader();
    assert.equal(accepts(new ContextFilter(), {}), true);
    assert.equal(new ContextFilter().acceptsNow(ROOT_CONTEXT, reader), true);
    assert.equal(reads(), 0);
  });

  it('accepts what carries every label, with equal text', () => {
    const filter = new ContextFilter({ tier: 'gold', shard: 3 });
    assert.equal(accepts(filter, { tier: 'gold', shard: 3, more: true }), true);
    assert.equal(accepts(filter, { tier: 'gold', shard: '3' }), true);
    assert.equal(accepts(filter, { tier: 'gold', shard: 4 }), false);
    assert.equal(accepts(filter, { tier: 'gold' }), false);
    assert.equal(accepts(new ContextFilter({ toString: 'x' }), {}), false);
    // A label is asked for by its text: one that is not there has none.
    assert.equal(accepts(new ContextFilter({ shard: 'undefined' }), {}), false);
  });

  it('accepts the trace alone, and with labels both', () => {
    assert.equal(accepts(new ContextFilter({}, TRACE_ID), {}, TRACE_ID), true);
    assert.equal(accepts(new ContextFilter({}, TRACE_ID), {}, OTHER_TRACE_ID), false);
    assert.equal(accepts(new ContextFilter({ tier: 'gold' }), { tier: 'gold' }, TRACE_ID), true);
    assert.equal(accepts(new ContextFilter({}, TRACE_ID), {}), false);
    const both = new ContextFilter({ tier: 'gold' }, TRACE_ID);
    assert.equal(accepts(both, { tier: 'gold' }, TRACE_ID), true);
    assert.equal(accepts(both, { tier: 'tin' }, TRACE_ID), false);
    assert.equal(accepts(both, { tier: 'gold' }, OTHER_TRACE_ID), false);
  });

  it('accepts a value as it is and as it is shown, whichever of them is asked for', () => {
    const shown = (_name: string, text: string): string => `#${text}`;
    assert.equal(accepts(new ContextFilter({ user: 'ann' }, undefined, shown), { user: 'ann' }), true);
    assert.equal(accepts(new ContextFilter({ user: '#ann' }, undefined, shown), { user: 'ann' }), true);
    assert.equal(accepts(new ContextFilter({ user: 'ann' }, undefined, shown), { user: '#ann' }), true);
    assert.equal(accepts(new ContextFilter({ user: 'bob' }, undefined, shown), { user: 'ann' }), false);
  });

  it('judges contexts that were not read as it does read ones, and reads no more than it is asked for', () => {
    const { reader, reads } = countingReader();
    const filter = new ContextFilter({ tier: 'gold' }, TRACE_ID);
    assert.equal(filter.acceptsNow(labelled({ tier: 'gold' }), reader), false);
    assert.equal(filter.acceptsNow(labelled({ tier: 'gold' }, inTrace(OTHER_TRACE_ID)), reader), false);
    assert.equal(filter.acceptsNow(labelled({ tier: 'gold' }, inTrace(TRACE_ID)), reader), true);
    assert.equal(filter.acceptsNow(labelled({ tier: 'tin' }, inTrace(TRACE_ID)), reader), false);
    assert.equal(filter.accepts(reader.read(labelled({ tier: 'gold' }, inTrace(TRACE_ID)))!), true);
    assert.equal(filter.accepts(reader.read(labelled({ tier: 'tin' }, inTrace(TRACE_ID)))!), false);
    assert.equal(reads(), 0);
    // What `withTaskLabels` has not set can come from the span, so that is read.
    assert.equal(filter.acceptsNow(inTrace(TRACE_ID), reader), false);
    assert.equal(new ContextFilter({ tier: 'gold', shard: 3 }).acceptsNow(labelled({ tier: 'gold' }), reader), false);
    assert.equal(reads(), 2);
  });

  it('judges a context that comes again right away only once', () => {
    const { reader, reads } = countingReader();
    const filter = new ContextFilter({ tier: 'gold' });
    const [gold, none] = [labelled({ tier: 'gold' }), inTrace(TRACE_ID)];
    const asked = [none, none, gold, gold, none].map((active) => filter.acceptsActive(active, reader));
    assert.deepEqual(asked, [false, false, true, true, false]);
    assert.equal(reads(), 2);
  });
});
