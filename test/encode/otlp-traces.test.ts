import assert from 'node:assert/strict';
import protobuf from 'protobufjs';
import { InvalidOtlpError } from '../../src/encode/invalid-otlp.ts';
import { otlpJsonToSpans, otlpToSpans } from '../../src/encode/otlp-traces-import.ts';

// As opentelemetry-proto has them, written down again: what is tested must not be its own measure.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
  message Scope { string name = 1; string version = 2; }
  message KeyValue { string key = 1; Value value = 2; }
  message Value { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
    repeated Event events = 11; Status status = 15; fixed32 flags = 16;
  }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
  message Status { string message = 2; int32 code = 3; }
`);
const requestType = root.lookupType('Request');

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const PARENT_ID = '00f067aa0ba902b7';

const REQUEST = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          scope: { name: 'http', version: '1.0' },
          spans: [
            {
              ...{ traceId: TRACE_ID, spanId: SPAN_ID, parentSpanId: PARENT_ID, name: 'GET /orders', kind: 2 },
              ...{ startTimeUnixNano: '1790000000000000001', endTimeUnixNano: '1790000000000000999' },
              attributes: [{ key: 'http.route', value: { stringValue: '/orders' } }],
              events: [
                {
                  timeUnixNano: '1790000000000000002',
                  name: 'exception',
                  attributes: [{ key: 'retries', value: { intValue: '3' } }],
                },
              ],
              status: { message: 'no rows', code: 2 },
            },
          ],
        },
      ],
    },
  ],
};

const EXPECTED = [
  {
    resource: { attributes: { 'service.name': 'shop' } },
    scope: { name: 'http', version: '1.0' },
    spans: [
      {
        ...{ traceId: TRACE_ID, spanId: SPAN_ID, parentSpanId: PARENT_ID, name: 'GET /orders', kind: 2 },
        ...{ startTimeUnixNano: 1790000000000000001n, endTimeUnixNano: 1790000000000000999n },
        attributes: { 'http.route': '/orders' },
        events: [{ timeUnixNano: 1790000000000000002n, name: 'exception', attributes: { retries: 3 } }],
        ...{ statusCode: 2, statusMessage: 'no rows' },
      },
    ],
  },
];

function bytes(): Uint8Array {
  const text = JSON.stringify(REQUEST, (key, value: unknown) =>
    key.endsWith('Id') ? Buffer.from(String(value), 'hex').toString('base64') : value,
  );
  const message = requestType.fromObject(JSON.parse(text) as object);
  // What is not read: it must not disturb.
  const [span] = (
    message as unknown as { resourceSpans: { scopeSpans: { spans: { flags: number; traceState: string }[] }[] }[] }
  ).resourceSpans[0]!.scopeSpans[0]!.spans;
  Object.assign(span!, { flags: 257, traceState: 'vendor=1' });
  return requestType.encode(message).finish();
}

describe('OTLP traces', () => {
  it('are read from protobuf', () => assert.deepEqual(otlpToSpans(bytes()), EXPECTED));

  it('are read from JSON: text, bytes, and parsed', () => {
    const text = JSON.stringify(REQUEST);
    for (const json of [text, Buffer.from(text), REQUEST]) assert.deepEqual(otlpJsonToSpans(json), EXPECTED);
  });

  it('are read or refused wherever the bytes are cut off or changed', () => {
    const whole = bytes();
    let refused = 0;
    for (let at = 0; at < whole.length; at++) {
      for (const broken of [whole.subarray(0, at), whole.with(at, whole[at]! ^ 0x81)]) {
        try {
          otlpToSpans(broken);
        } catch (error) {
          assert.ok(error instanceof InvalidOtlpError, String(error));
          refused++;
        }
      }
    }
    assert.ok(refused > whole.length);
  });

  for (const [what, json, problem] of [
    ['no id of a trace', { traceId: '' }, /span 0: traceId must be 16 bytes that are not all 0, got 0 bytes/],
    ['one of zeros', { traceId: '0'.repeat(32) }, /traceId must be 16 bytes that are not all 0/],
    ['a short id of a parent', { parentSpanId: 'ab' }, /span 0: parentSpanId must be 8 bytes that are not all 0/],
    ['a short id of a span', { spanId: 'ab' }, /spanId must be 8 bytes that are not all 0, got 1 bytes/],
    ['a time that is none', { startTimeUnixNano: 'now' }, /startTimeUnixNano must be a whole number/],
    ['attributes that are no list', { attributes: {} }, /attributes must be an array/],
  ] as const) {
    it(`are refused with ${what}`, () => {
      const span = { traceId: TRACE_ID, spanId: SPAN_ID, ...json };
      assert.throws(() => otlpJsonToSpans({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }), problem);
    });
  }

  it('are read where nothing is said but ids', () => {
    const span = { traceId: TRACE_ID, spanId: SPAN_ID };
    const nothing = { parentSpanId: '', name: '', kind: 0, startTimeUnixNano: 0n, endTimeUnixNano: 0n, attributes: {} };
    const read = { ...span, ...nothing, events: [], statusCode: 0, statusMessage: '' };
    const of = (...spans: object[]): unknown => otlpJsonToSpans({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    const data = { resource: { attributes: {} }, scope: { name: '', version: '' } };
    assert.deepEqual(of(span), [{ ...data, spans: [read] }]);
    const event = { name: '', timeUnixNano: 0n, attributes: {} };
    assert.deepEqual(of({ ...span, events: [{}] }), [{ ...data, spans: [{ ...read, events: [event] }] }]);
    assert.deepEqual(otlpJsonToSpans({ resourceSpans: [{ scopeSpans: [{}] }] }), [{ ...data, spans: [] }]);
    assert.deepEqual(otlpJsonToSpans({ resourceSpans: [{}] }), []);
    assert.deepEqual(otlpJsonToSpans({ resourceSpans: [] }), []);
  });

  it('are read from JSON with fractions as numbers or as text, and null for what is not set', () => {
    const valueOf = (value: object): unknown => {
      const attributes = [{ key: 'value', value, keyStrindex: null }];
      return otlpJsonToSpans({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{}] }] })[0]!.resource
        .attributes.value;
    };
    for (const [json, read] of [
      [0.5, 0.5],
      ['0.5', 0.5],
      ['-1e3', -1_000],
      // A number that is none is kept as text.
      ['NaN', 'NaN'],
      ['-Infinity', '-Infinity'],
    ]) {
      assert.equal(valueOf({ doubleValue: json }), read);
    }
    for (const doubleValue of ['', ' ', 'much', '1e999', true, {}, []]) {
      assert.throws(() => valueOf({ doubleValue }), /doubleValue must be a number, got/);
    }
    assert.equal(valueOf({ boolValue: true }), true);
    assert.throws(() => valueOf({ boolValue: 'true' }), /boolValue must be true or false, got "true"/);
    for (const intValue of ['5.5', 5.5, '', {}, true]) {
      assert.throws(() => valueOf({ intValue }), /intValue must be a whole number of 64 bits, got/);
    }
    assert.throws(() => otlpJsonToSpans({ resourceSpans: ['x'] }), /resourceSpans\[0\] must be an object, got "x"/);
  });

  it('have no table of strings: 0 is no name, and more is refused', () => {
    const withKey = (keyStrindex: number): unknown => {
      const attributes = [{ keyStrindex, value: { stringValue: 'x' } }];
      return otlpJsonToSpans({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{}] }] });
    };
    assert.deepEqual(withKey(0), [{ resource: { attributes: {} }, scope: { name: '', version: '' }, spans: [] }]);
    assert.throws(() => withKey(1), {
      name: 'InvalidOtlpError',
      message: /string 1 .*traces have no table of strings/,
    });
  });

  it('are refused where they are something else', () => {
    assert.throws(() => otlpJsonToSpans('{"resourceProfiles":[]}'), /it has no resourceSpans/);
    assert.throws(() => otlpToSpans(new Uint8Array()), /it is empty/);
  });
});
