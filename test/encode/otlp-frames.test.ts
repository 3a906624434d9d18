import assert from 'node:assert/strict';
import { otlpFrames } from '../../src/encode/otlp-frames.ts';

describe('messages of OTLP one after the other, each behind its length', () => {
  const framed = Uint8Array.of(0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9);

  it('are read in their order', () => {
    assert.deepEqual(otlpFrames(framed), [Uint8Array.of(7, 8), new Uint8Array(), Uint8Array.of(9)]);
    assert.deepEqual(otlpFrames(new Uint8Array()), []);
  });

  it('are none where one is cut off, or its length', () => {
    const ends = new Set([0, 6, 10, framed.length]);
    for (let end = 0; end <= framed.length; end++) {
      assert.equal(otlpFrames(framed.subarray(0, end)) !== undefined, ends.has(end), `${end} bytes`);
    }
  });

  it('are read where they begin within other bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3, ...framed);
    assert.deepEqual(otlpFrames(bytes.subarray(3)), otlpFrames(framed));
  });
});
