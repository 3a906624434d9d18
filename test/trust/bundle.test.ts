import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { fixture, runNode } from '../support/child.ts';

/** The first Node that makes an executable without another tool. */
const FIRST_NODE_WITH_SEA = 26;
const NODE_MAJOR = Number(process.versions.node.split('.')[0]);

/** As esbuild's users do for packages of CommonJS in a module. */
const REQUIRE = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };

/** Tasks are told by the profiler itself; what an export needs of the package is no file any more. */
const SEEN = {
  totalTasks: 10,
  leaves: 10,
  isProfiled: false,
  said: [
    'otel-taskprof: the profiler did not start: otel-taskprof is bundled into the application, which leaves parts of it out: keep it external',
  ],
};

describe('an application that esbuild has made one file of, with this package in it', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'taskprof-bundle-'))));
  after(() => rmSync(folder, { recursive: true }));

  async function bundled(name: string, options: BuildOptions): Promise<string> {
    const outfile = join(folder, name);
    const entryPoints = [fixture('trust/bundled.mjs')];
    await build({ entryPoints, outfile, bundle: true, platform: 'node', logLevel: 'silent', ...options });
    return outfile;
  }

  for (const [title, name, options] of [
    ['a module', 'app.mjs', { format: 'esm', banner: REQUIRE }],
    ['a minified module', 'small.mjs', { format: 'esm', banner: REQUIRE, minify: true, keepNames: true }],
    ['a script', 'app.cjs', { format: 'cjs' }],
  ] as const) {
    it(`runs as ever, counts tasks, and says why it exports none (${title})`, async () => {
      const { stdout, stderr } = await runNode([await bundled(name, options)]);
      assert.ok(stdout.startsWith('{'), stderr);
      assert.deepEqual(JSON.parse(stdout), SEEN);
    });
  }

  it('does so as a single executable', async function () {
    if (NODE_MAJOR < FIRST_NODE_WITH_SEA) this.skip();
    const main = await bundled('main.cjs', { format: 'cjs' });
    const output = join(folder, 'app');
    const config = join(folder, 'sea.json');
    writeFileSync(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }));
    const { stderr, exitCode } = await runNode(['--build-sea', config]);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(JSON.parse(execFileSync(output, { encoding: 'utf8' })), SEEN);
  });
});
