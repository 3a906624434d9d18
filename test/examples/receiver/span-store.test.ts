import assert from 'node:assert/strict';
import type { DecodedSpan } from '../../../examples/receiver/decode.ts';
import { SpanStore } from '../../../examples/receiver/span-store.ts';

function spanOf(traceId: string, spanId: string, name = 'a span'): DecodedSpan {
  return { traceId, spanId, name, parentSpanId: '', kind: 2, attributes: {} };
}

describe('span store', () => {
  it('finds a span by its trace and span id together', () => {
    const store = new SpanStore(10);
    store.add(spanOf('t1', 's1', 'one'));
    store.add(spanOf('t2', 's1', 'other'));
    assert.equal(store.get({ traceId: 't1', spanId: 's1' })?.name, 'one');
    assert.equal(store.get({ traceId: 't2', spanId: 's1' })?.name, 'other');
    assert.equal(store.get({ traceId: 't1', spanId: 's2' }), undefined);
  });

  it('forgets the oldest span when it is full', () => {
    const store = new SpanStore(2);
    for (const spanId of ['s1', 's2', 's3']) store.add(spanOf('t', spanId));
    const kept = ['s1', 's2', 's3'].filter((spanId) => store.get({ traceId: 't', spanId }));
    assert.deepEqual(kept, ['s2', 's3']);
    assert.equal(store.size, 2);
  });
});
