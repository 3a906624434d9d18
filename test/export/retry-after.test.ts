import assert from 'node:assert/strict';
import { retryAfterMillis } from '../../src/export/retry-after.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

describe('retryAfterMillis', () => {
  for (const [header, millis] of [
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['Mon, 23 Nov 2026 12:00:05 GMT', 5_000],
    ['Monday, 23-Nov-26 12:00:05 GMT', 5_000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['2 minutes', undefined],
    ['Mon, 99 Nov 2026 12:00:05 GMT', undefined],
  ] as const) {
    it(`gives ${millis} for ${JSON.stringify(header)}`, () => {
      assert.equal(retryAfterMillis(header, NOW), millis);
    });
  }
});
