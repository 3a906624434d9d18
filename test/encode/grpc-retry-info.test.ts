import assert from 'node:assert/strict';
import protobuf from 'protobufjs';
import { retryInfoMillis } from '../../src/encode/grpc-retry-info.ts';

// As google/rpc/status.proto and error_details.proto have them.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
`);

function bytesOf(type: string, message: object): Uint8Array {
  return root.lookupType(type).encode(message).finish();
}

const TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

function statusWith(...details: { type_url?: string; value?: Uint8Array }[]): Uint8Array {
  const named = details.map(({ type_url: typeUrl = TYPE, value }) => ({ typeUrl, value }));
  return bytesOf('Status', { code: 8, message: 'busy', details: named });
}

const delay = (retryDelay: object): { value: Uint8Array } => ({ value: bytesOf('RetryInfo', { retryDelay }) });

describe('retryInfoMillis', () => {
  it('reads how long a receiver asks to wait', () => {
    assert.equal(retryInfoMillis(statusWith(delay({ seconds: 2, nanos: 500_000_000 }))), 2_500);
    assert.equal(retryInfoMillis(statusWith(delay({ seconds: 3 }))), 3_000);
    assert.equal(retryInfoMillis(statusWith(delay({ nanos: 1_000_000 }))), 1);
    assert.equal(retryInfoMillis(statusWith(delay({}))), 0);
    assert.equal(retryInfoMillis(statusWith({ value: bytesOf('RetryInfo', {}) })), 0);
  });

  it('is never below 0', () => {
    assert.equal(retryInfoMillis(statusWith(delay({ seconds: -2 }))), 0);
    assert.equal(retryInfoMillis(statusWith(delay({ seconds: 1, nanos: -1_000_000 }))), 999);
  });

  it('finds it among other details', () => {
    const other = { type_url: 'type.googleapis.com/google.rpc.Help', value: Buffer.from('help') };
    assert.equal(retryInfoMillis(statusWith(other, delay({ seconds: 4 }), other)), 4_000);
  });

  it('is nothing where there is none, or it can not be read', () => {
    const { value } = delay({ seconds: 4 });
    assert.equal(retryInfoMillis(new Uint8Array()), undefined);
    assert.equal(retryInfoMillis(statusWith()), undefined);
    assert.equal(retryInfoMillis(statusWith({ type_url: 'type.googleapis.com/google.rpc.Help', value })), undefined);
    assert.equal(retryInfoMillis(Buffer.from('text')), undefined);
    assert.equal(retryInfoMillis(statusWith({ value: Uint8Array.of(0x0a, 0x7f) })), undefined);
  });
});
