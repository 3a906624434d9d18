import assert from 'node:assert/strict';
import { encodeResponse } from '../../examples/receiver/decode.ts';
import { InvalidOtlpError } from '../../src/encode/invalid-otlp.ts';
import { decodeOtlpJsonResponse, decodeOtlpResponse } from '../../src/encode/otlp-response.ts';

describe('decodeOtlpResponse', () => {
  it('gives nothing where everything was accepted', () => {
    assert.equal(decodeOtlpResponse(new Uint8Array()), undefined);
    assert.equal(decodeOtlpResponse(encodeResponse()), undefined);
    assert.equal(decodeOtlpResponse(encodeResponse({})), undefined);
  });

  it('gives the number of rejected profiles and the message', () => {
    const partial = { rejectedProfiles: 300, errorMessage: 'größer 😀𠀀 als erlaubt' };
    assert.deepEqual(decodeOtlpResponse(encodeResponse(partial)), partial);
  });

  it('gives a message without a rejection, which is a warning', () => {
    assert.deepEqual(decodeOtlpResponse(encodeResponse({ errorMessage: 'soon gone' })), {
      rejectedProfiles: 0,
      errorMessage: 'soon gone',
    });
  });

  it('passes over fields that it does not know', () => {
    const known = encodeResponse({ rejectedProfiles: 1 });
    const unknown = [0x78, 0x05, 0x7a, 0x01, 0x61];
    assert.deepEqual(decodeOtlpResponse(Uint8Array.from([...unknown, ...known, ...unknown])), {
      rejectedProfiles: 1,
      errorMessage: '',
    });
  });

  it('throws where the bytes end too early, wherever that is', () => {
    const whole = encodeResponse({ rejectedProfiles: 300, errorMessage: 'text' });
    for (let length = 1; length < whole.length; length++) {
      assert.throws(() => decodeOtlpResponse(whole.subarray(0, length)), `${length} bytes`);
    }
  });
});

describe('decodeOtlpJsonResponse', () => {
  const decode = (text: string): unknown => decodeOtlpJsonResponse(Buffer.from(text));

  for (const text of ['', '{}', '{"partialSuccess":{}}', '{"partialSuccess":null}', '{"unknown":1}']) {
    it(`gives nothing for ${text || 'no bytes'}, where everything was accepted`, () => {
      assert.equal(decode(text), undefined);
    });
  }

  it('gives the number of rejected profiles, as text or as a number, and the message', () => {
    const partial = { rejectedProfiles: 300, errorMessage: 'größer als erlaubt' };
    for (const rejectedProfiles of [300, '300']) {
      assert.deepEqual(decode(JSON.stringify({ partialSuccess: { ...partial, rejectedProfiles } })), partial);
    }
  });

  it('gives a message without a rejection, which is a warning', () => {
    assert.deepEqual(decode('{"partialSuccess":{"errorMessage":"soon gone"}}'), {
      rejectedProfiles: 0,
      errorMessage: 'soon gone',
    });
  });

  it('throws for what is no JSON', () => {
    assert.throws(() => decode('<html>'), SyntaxError);
  });

  for (const text of [
    '[]',
    '7',
    'null',
    '{"partialSuccess":3}',
    '{"partialSuccess":{"rejectedProfiles":"many"}}',
    '{"partialSuccess":{"errorMessage":1}}',
  ]) {
    it(`throws an InvalidOtlpError for ${text}`, () => {
      assert.throws(() => decode(text), InvalidOtlpError);
    });
  }
});
