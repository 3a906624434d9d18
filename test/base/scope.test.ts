import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { INSTRUMENTATION_SCOPE } from '../../src/base/scope.ts';

describe('INSTRUMENTATION_SCOPE', () => {
  it('is this package in its version', () => {
    const { name, version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as Record<string, unknown>;
    assert.deepEqual(INSTRUMENTATION_SCOPE, { name, version });
  });
});
