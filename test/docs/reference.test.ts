import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isFirstNode } from '../support/one-node.ts';

const TYPEDOC = join(dirname(createRequire(import.meta.url).resolve('typedoc/package.json')), 'bin/typedoc');

(isFirstNode ? describe : describe.skip)('the API reference', () => {
  it('is made without a warning: every public name is documented, every link leads somewhere', function () {
    this.timeout(120_000);
    const args = [TYPEDOC, '--emit', 'none'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 110_000 });
    assert.equal(stdout + stderr, '');
    assert.equal(status, 0);
  });
});
