import assert from 'node:assert/strict';
import { fixture, runNode } from '../support/child.ts';

/** What the program reports while its promise is pending, and when it has been fulfilled. */
async function reportsOf(program: string): Promise<string> {
  const { stdout, stderr } = await runNode([
    '--import',
    fixture('modules/profiled.mjs'),
    fixture(`modules/${program}`),
  ]);
  return stdout + stderr;
}

const finished = '0 tasks\n';

describe('tasks of modules', () => {
  it('counts a top-level await, and no await of the module loader', async () => {
    assert.equal(await reportsOf('top-level.mjs'), `1 tasks\n1 at top-level.mjs:3\n${finished}`);
  });

  it('counts a call at the top level as one task', async () => {
    const expected = `1 tasks\n1 at top-level-call.mjs:4 < top-level-call.mjs:6\n${finished}`;
    assert.equal(await reportsOf('top-level-call.mjs'), expected);
  });

  it('counts the top-level await of an imported module once', async () => {
    assert.equal(await reportsOf('static-import.mjs'), `1 tasks\n1 at top-level.mjs:3\n${finished}`);
  });

  for (const program of ['dynamic-import.mjs', 'dynamic-import.cjs']) {
    it(`counts who awaits import() and the module's own await: ${program}`, async () => {
      const importer = `1 at ${program}:2 < ${program}:4`;
      const module = `1 at top-level.mjs:3 < ${program}:2`;
      assert.equal(await reportsOf(program), `2 tasks\n${importer}\n${module}\n${finished}`);
    });
  }
});
