import assert from 'node:assert/strict';
import { attributesJson, labelsOf } from '../../src/viewer/limits.ts';

describe('the limits of texts', () => {
  it('cut the elements of a list before these become one text', () => {
    // All of them together would be longer than any string can be.
    const list = Array.from({ length: 64 }, () => 'x'.repeat(16 * 2 ** 20));
    assert.equal(labelsOf({ list })[0]![1].length, 256 + 1);
    const { list: kept } = JSON.parse(attributesJson({ list })) as { list: string };
    assert.equal(kept.length, 4_096 + 1);
    assert.equal(kept.split('…, ').length, 16);
  });
});
