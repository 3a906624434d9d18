import assert from 'node:assert/strict';
import { type Context, type Span, ROOT_CONTEXT, context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { RPCType, setRPCMetadata } from '@opentelemetry/core';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { type TaskLabelOptions, withTaskLabels } from '../../src/index.ts';
import { TaskLabels, labelsOf } from '../../src/base/task-labels.ts';
import { LabelReader } from '../../src/capture/label-reader.ts';
import { taskLabelConfig } from '../../src/config/labels.ts';

const tracer = new TracerProvider().getTracer('test');

const startSpan = (attributes: object = {}, parent: Context = ROOT_CONTEXT): Span =>
  tracer.startSpan('span', { attributes: { ...attributes } }, parent);

const inSpan = (span: Span, parent: Context = ROOT_CONTEXT): Context => trace.setSpan(parent, span);

/** As the instrumentation of HTTP leaves it. */
const inRequest = (span: Span, metadata: object = {}): Context =>
  setRPCMetadata(inSpan(span), { type: RPCType.HTTP, span, ...metadata });

const withBaggage = (parent: Context, entries: Record<string, string>): Context =>
  propagation.setBaggage(
    parent,
    propagation.createBaggage(Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, { value }]))),
  );

const reads = (active: Context, options: TaskLabelOptions = {}): TaskLabels =>
  new LabelReader(taskLabelConfig(options)).read(active, trace.getSpan(active));

const valuesOf = (active: Context, options: TaskLabelOptions = {}): object => reads(active, options).values;

describe('labels of a context', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  it('are none without span, baggage and withTaskLabels', () => {
    assert.equal(reads(ROOT_CONTEXT, { baggage: ['tenant'] }), TaskLabels.none);
    assert.equal(reads(inSpan(startSpan({ other: 1 }))), TaskLabels.none);
  });

  it('are the attributes of the active span that are named, http.route by default', () => {
    const active = inSpan(startSpan({ 'http.route': '/orders', shard: 3, cached: true, other: 'x' }));
    assert.deepEqual(valuesOf(active), { 'http.route': '/orders' });
    assert.deepEqual(valuesOf(active, { spanAttributes: ['shard', 'cached'] }), { shard: 3, cached: true });
    assert.deepEqual(valuesOf(active, { spanAttributes: [] }), {});
  });

  it('are the attributes as they are now', () => {
    const span = startSpan();
    const active = inSpan(span);
    const reader = new LabelReader(taskLabelConfig());
    assert.deepEqual(reader.read(active, span).values, {});
    span.setAttribute('http.route', '/late');
    assert.deepEqual(reader.read(active, span).values, { 'http.route': '/late' });
  });

  it('have the values of a list with commas between', () => {
    const active = inSpan(startSpan({ 'http.request.header.x-tenant': ['acme', 'other'] }));
    assert.deepEqual(valuesOf(active, { spanAttributes: ['http.request.header.x-tenant'] }), {
      'http.request.header.x-tenant': 'acme,other',
    });
  });

  it('come from the local root of an HTTP request where the active span has none', () => {
    const root = startSpan({ tenant: 'root', tier: 'gold' });
    const request = inRequest(root);
    const active = inSpan(startSpan({ tenant: 'child' }, request), request);
    assert.deepEqual(valuesOf(active, { spanAttributes: ['tenant', 'tier'] }), { tenant: 'child', tier: 'gold' });
  });

  it('have the route that a framework told the instrumentation of HTTP', () => {
    const root = startSpan();
    const request = inRequest(root, { route: '/orders/:id' });
    assert.deepEqual(valuesOf(request), { 'http.route': '/orders/:id' });
    assert.deepEqual(valuesOf(inSpan(startSpan({}, request), request)), { 'http.route': '/orders/:id' });
  });

  it('have that route where the trace is not sampled', () => {
    const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 0 };
    assert.deepEqual(valuesOf(inRequest(trace.wrapSpanContext(spanContext), { route: '/orders' })), {
      'http.route': '/orders',
    });
  });

  it('are not those of a request in whose context another trace began', () => {
    const request = inRequest(startSpan({ tenant: 'acme' }), { route: '/orders' });
    const active = inSpan(startSpan(), request);
    assert.deepEqual(valuesOf(active, { spanAttributes: ['tenant', 'http.route'] }), {});
  });

  it('are the baggage entries that are named', () => {
    const active = withBaggage(ROOT_CONTEXT, { tenant: 'acme', user: '17' });
    assert.deepEqual(valuesOf(active), {});
    assert.deepEqual(valuesOf(active, { baggage: ['tenant', 'absent'] }), { tenant: 'acme' });
  });

  it('are of withTaskLabels before span attributes, and of these before baggage', () => {
    const active = withBaggage(inSpan(startSpan({ a: 'span', b: 'span' })), {
      a: 'baggage',
      b: 'baggage',
      c: 'baggage',
    });
    const names = { spanAttributes: ['a', 'b', 'c'], baggage: ['a', 'b', 'c'] };
    const labels = context.with(active, () => withTaskLabels({ a: 'code' }, () => valuesOf(context.active(), names)));
    assert.deepEqual(labels, { a: 'code', b: 'span', c: 'baggage' });
  });

  it('are equal by value, and one object while they are kept', () => {
    const reader = new LabelReader(taskLabelConfig());
    const [one, other] = [startSpan({ 'http.route': '/a' }), startSpan({ 'http.route': '/a' })];
    assert.equal(reader.read(inSpan(one), one), reader.read(inSpan(other), other));
    const different = startSpan({ 'http.route': '/b' });
    assert.notEqual(reader.read(inSpan(different), different).key, reader.read(inSpan(one), one).key);
  });

  it('tell a number from its text', () => {
    const reader = new LabelReader(taskLabelConfig({ spanAttributes: ['shard'] }));
    const [number, text] = [startSpan({ shard: 3 }), startSpan({ shard: '3' })];
    assert.deepEqual(reader.read(inSpan(number), number).values, { shard: 3 });
    assert.deepEqual(reader.read(inSpan(text), text).values, { shard: '3' });
  });

  it('do not mix up values that look like several', () => {
    const reader = new LabelReader(taskLabelConfig({ spanAttributes: ['a', 'b'] }));
    const [one, two] = [startSpan({ a: 'x b string 1 y' }), startSpan({ a: 'x', b: 'y' })];
    assert.deepEqual(reader.read(inSpan(one), one).values, { a: 'x b string 1 y' });
    assert.deepEqual(reader.read(inSpan(two), two).values, { a: 'x', b: 'y' });
  });

  it('are not what objects have of themselves, and no names of it are lost', () => {
    const names = ['constructor', '__proto__', 'toString'];
    assert.deepEqual(valuesOf(inSpan(startSpan()), { spanAttributes: names, baggage: names }), {});
    const labels = reads(withBaggage(ROOT_CONTEXT, { constructor: 'x' }), { baggage: names });
    assert.equal(labels.key, '[["constructor","x"]]');
  });

  for (const [what, attributes] of Object.entries({
    none: undefined,
    'no object': 'route',
    null: null,
    functions: { 'http.route': () => 'route' },
    objects: { 'http.route': { route: 'route' } },
  })) {
    it(`are none of a span whose attributes are ${what}`, () => {
      const span = Object.assign(trace.wrapSpanContext(startSpan().spanContext()), { attributes });
      assert.deepEqual(valuesOf(inSpan(span)), {});
    });
  }
});

describe('limits of labels', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => context.disable());

  const within = (labels: Record<string, string | number>, options: TaskLabelOptions): TaskLabels =>
    withTaskLabels(labels, () => reads(context.active(), options));

  it('leave alone what is within', () => {
    const { values, cut } = within({ a: 'xyz', b: 'z' }, { maxLabels: 2, maxKeyLength: 1, maxValueLength: 3 });
    assert.deepEqual([values, cut], [{ a: 'xyz', b: 'z' }, 0]);
    const limits = { spanAttributes: ['c'], maxLabels: 2, maxKeyLength: 1, maxValueLength: 3 };
    withTaskLabels({ a: 'xyz', b: 'z' }, () => {
      assert.equal(reads(context.active(), limits), labelsOf(context.active()), 'not even a copy');
    });
    const span = reads(inSpan(startSpan({ c: 'xyz' })), limits);
    assert.deepEqual([span.values, span.cut], [{ c: 'xyz' }, 0]);
  });

  it('keep the inner labels of withTaskLabels, then the outer ones, span attributes and baggage', () => {
    const active = withBaggage(inSpan(startSpan({ span: 1 })), { baggage: 'x' });
    const kept = (maxLabels: number): [string[], number] =>
      context.with(active, () =>
        withTaskLabels({ a: 'outer' }, () =>
          withTaskLabels({ z: 'inner' }, (): [string[], number] => {
            const options = { spanAttributes: ['span'], baggage: ['baggage'], maxLabels };
            const { values, cut } = reads(context.active(), options);
            return [Object.keys(values), cut];
          }),
        ),
      );
    assert.deepEqual(kept(4), [['a', 'baggage', 'span', 'z'], 0]);
    assert.deepEqual(kept(3), [['a', 'span', 'z'], 1]);
    assert.deepEqual(kept(2), [['a', 'z'], 2]);
    assert.deepEqual(kept(1), [['z'], 3]);
    assert.deepEqual(kept(0), [[], 4]);
  });

  it('leave out labels with long names', () => {
    const { values, cut } = within({ short: 1, muchLonger: 2 }, { maxKeyLength: 5 });
    assert.deepEqual([values, cut], [{ short: 1 }, 1]);
  });

  it('cut off long values, of all sources', () => {
    const active = withBaggage(inSpan(startSpan({ span: 'abcdef' })), { baggage: 'abcdef' });
    const { values, cut } = context.with(active, () =>
      within(
        { code: 'abcdef', number: 1234567 },
        { spanAttributes: ['span'], baggage: ['baggage'], maxValueLength: 4 },
      ),
    );
    assert.deepEqual(values, { baggage: 'abcd', code: 'abcd', number: 1234567, span: 'abcd' });
    assert.equal(cut, 3);
  });

  it('do not part a pair of surrogates', () => {
    assert.deepEqual(within({ a: 'ab😀' }, { maxValueLength: 3 }).values, { a: 'ab' });
    assert.deepEqual(within({ a: 'ab😀c' }, { maxValueLength: 4 }).values, { a: 'ab😀' });
    assert.deepEqual(within({ a: 'a\u{10000}' }, { maxValueLength: 2 }).values, { a: 'a' });
    assert.deepEqual(within({ a: 'a\udc00b' }, { maxValueLength: 2 }).values, { a: 'a\udc00' });
  });

  it('count what was cut each time alike', () => {
    const reader = new LabelReader(taskLabelConfig({ spanAttributes: ['a'], maxValueLength: 1 }));
    for (let i = 0; i < 3; i++) {
      const span = startSpan({ a: 'long' });
      assert.equal(reader.read(inSpan(span), span).cut, 1);
    }
  });

  it('count what was cut in one set and not in another that looks alike by then', () => {
    const reader = new LabelReader(taskLabelConfig({ maxValueLength: 2 }));
    const span = startSpan({ 'http.route': '/' });
    const cutOf = (value: string): number =>
      context.with(inSpan(span), () => withTaskLabels({ a: value }, () => reader.read(context.active(), span).cut));
    assert.deepEqual([cutOf('xy'), cutOf('xyz'), cutOf('xy')], [0, 1, 0]);
  });

  it('make one object of one set, and do not mix up what became of another', () => {
    const reader = new LabelReader(taskLabelConfig({ spanAttributes: ['b'], maxValueLength: 2 }));
    const [plain, labelled] = [startSpan(), startSpan({ b: 1 })];
    const read = (own: string, span: Span): TaskLabels =>
      context.with(inSpan(span), () => withTaskLabels({ a: own }, () => reader.read(context.active(), span)));
    const twice = withTaskLabels({ a: 'long' }, () => [1, 2].map(() => reader.read(context.active(), plain)));
    assert.equal(twice[0], twice[1]);
    assert.deepEqual(read('long', labelled).values, { a: 'lo', b: 1 });
    assert.deepEqual(read('other', labelled).values, { a: 'ot', b: 1 });
  });

  it('keep no set for good: labels can be without end', () => {
    const reader = new LabelReader(taskLabelConfig({ spanAttributes: ['a'] }));
    const read = (a: string): TaskLabels => {
      const span = startSpan({ a });
      return reader.read(inSpan(span), span);
    };
    const first = read('first');
    assert.equal(read('first'), first);
    for (let i = 0; i < 1_000; i++) read(`other ${i}`);
    assert.notEqual(read('first'), first);
    const long = 'x'.repeat(2_000);
    assert.notEqual(read(long), read(long), 'long ones are made anew each time');
  });

  it('hold for more sets of labels than are kept, and for larger ones', () => {
    const reader = new LabelReader(taskLabelConfig({ spanAttributes: ['a'], maxValueLength: 5_000 }));
    for (let i = 0; i < 1_000; i++) {
      const span = startSpan({ a: i % 10 === 0 ? String(i).repeat(4_000) : `value ${i}` });
      const { values, cut } = reader.read(inSpan(span), span);
      assert.equal(cut, String(values.a).length === 5_000 ? 1 : 0);
      assert.ok(String(values.a).includes(String(i)));
    }
  });
});
