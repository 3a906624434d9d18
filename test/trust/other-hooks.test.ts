import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixture, runNode } from '../support/child.ts';

const users = ['promiseHooks', 'parts of promiseHooks', 'async_hooks', 'a destroy hook', 'AsyncLocalStorage'];

/** AsyncLocalStorage is made of hooks without that. */
const FRAMES = process.allowedNodeEnvironmentFlags.has('--no-async-context-frame')
  ? ['--no-async-context-frame']
  : ['--experimental-async-context-frame'];

describe('other users of hooks', () => {
  for (const [user, flags] of [...users.map((name) => [name, []] as const), ['AsyncLocalStorage', FRAMES] as const]) {
    it(`are told the same, in the same order: ${[user, ...flags].join(' ')}`, async () => {
      const [without, captured, walked] = await Promise.all(
        ['unprofiled', 'profiled', 'walking'].map((preload) =>
          runNode([
            ...['--expose-gc', ...flags, '--import', fixture(`unnoticed/${preload}.mjs`)],
            ...[fixture('trust/other-hooks.mjs'), user],
          ]),
        ),
      );
      assert.match(without!.stdout, /two fails Error: two[^]*\ntrue events\n/, without!.stderr);
      for (const profiled of [captured!, walked!]) {
        assert.ok(Number(profiled.aside) > 0, `it saw no tasks: ${profiled.stderr}`);
        assert.deepEqual({ ...profiled, aside: '' }, { ...without, aside: '' });
      }
    });
  }
});

describe('two copies of this package in one process', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  let copy: string;

  before(() => {
    copy = mkdtempSync(join(realpathSync(tmpdir()), 'taskprof-copy-'));
    for (const part of ['dist', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });

  after(() => rmSync(copy, { recursive: true, force: true }));

  it('profile by the first: the second stays off until that ends, and says so once', async () => {
    const { stdout, stderr } = await runNode([fixture('trust/two-copies.mjs'), copy]);
    const [both, last, others] = stdout.split('\n');
    assert.match(
      both!,
      /^true,true,false 0 1 otel-taskprof: not profiled by .*taskprof-copy-.*: another copy does, /,
      stderr,
    );
    assert.equal(last, 'false,true,false');
    assert.equal(others, 'false,false,true');
  });
});
