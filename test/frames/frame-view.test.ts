import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CodeFrame } from '../../src/base/types.ts';
import { FrameView, type FrameViewConfig } from '../../src/frames/frame-view.ts';
import { findApplicationRoot } from '../../src/frames/application-root.ts';
import { SourceMaps } from '../../src/frames/source-maps.ts';

const ANONYMIZE = { paths: false, labels: [] };

function view(config: Partial<FrameViewConfig> = {}): FrameView {
  const all = { foldInternals: true, applicationRoot: '/srv/shop', anonymize: ANONYMIZE, ...config };
  return new FrameView(all, new SourceMaps(false));
}

function at(file: string, functionName = 'f', line = 7): CodeFrame {
  return { functionName, file, line, column: 3, functionLine: 5, functionColumn: 1 };
}

describe('FrameView', () => {
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), 'taskprof-frames-'))));
  after(() => rmSync(folder, { recursive: true }));

  for (const [file, shown] of [
    ['/srv/shop/src/orders.js', 'src/orders.js'],
    ['file:///srv/shop/src/a%20b.js', 'src/a b.js'],
    ['/srv/shared/lib/retry.js', '../shared/lib/retry.js'],
    ['/opt/tool/index.js', '/opt/tool/index.js'],
    ['/srv/shop/node_modules/pg/lib/client.js', 'node_modules/pg/lib/client.js'],
    ['/srv/node_modules/.pnpm/pg@8.1.0/node_modules/pg/lib/client.js', 'node_modules/pg/lib/client.js'],
    ['file:///usr/lib/node_modules/@scope/tool/x.js', 'node_modules/@scope/tool/x.js'],
    ['node:fs', 'node:fs'],
    ['', ''],
    ['webpack://shop/./src/orders.ts?1f3a', 'src/orders.ts'],
    ['webpack:///./src/orders.ts', 'src/orders.ts'],
    ['webpack://shop/./node_modules/pg/lib/client.js', 'node_modules/pg/lib/client.js'],
    ['webpack://shop/webpack/bootstrap', 'webpack/bootstrap'],
    ['https://example.com/a.js', 'https://example.com/a.js'],
    ['eval at f (/srv/shop/a.js:1:1)', 'eval at f (/srv/shop/a.js:1:1)'],
    ['file:///srv/%ZZ.js', 'file:///srv/%ZZ.js'],
  ] as const) {
    it(`shows ${JSON.stringify(file)} as ${JSON.stringify(shown)}`, () => {
      assert.equal(view().frame(at(file)).file, shown);
    });
  }

  it('leaves paths as they are without a root', () => {
    const plain = view({ applicationRoot: false });
    for (const file of ['file:///srv/shop/src/orders.js', '/srv/shop/node_modules/pg/lib/client.js']) {
      assert.equal(plain.frame(at(file)).file, file);
    }
  });

  it('knows the package of a frame, and its version where that is on the disk', () => {
    const home = join(folder, 'node_modules/@acme/pool');
    mkdirSync(join(home, 'lib'), { recursive: true });
    writeFileSync(join(home, 'package.json'), '{ "name": "@acme/pool", "version": "3.1.4" }');
    // Only says what kind of modules are below.
    writeFileSync(join(home, 'lib/package.json'), '{ "type": "module" }');
    const file = pathToFileURL(join(home, 'lib/pool.js')).href;
    for (const applicationRoot of [folder, false]) {
      const { packageName, packageVersion } = view({ applicationRoot }).frame(at(file));
      assert.deepEqual([packageName, packageVersion], ['@acme/pool', '3.1.4']);
    }
    const bundled = view({ applicationRoot: folder }).frame(at('webpack://shop/./node_modules/@acme/pool/lib/pool.js'));
    assert.equal(bundled.packageVersion, '3.1.4');
    const gone = view().frame(at('/srv/shop/node_modules/gone/index.js'));
    assert.deepEqual(gone, {
      functionName: 'f',
      file: 'node_modules/gone/index.js',
      packageName: 'gone',
      line: 7,
      column: 3,
    });
    assert.ok(!('packageName' in view().frame(at('/srv/shop/src/a.js'))));
  });

  for (const [functionName, shown] of [
    ['handle', 'handle'],
    ['<anonymous>', '(anonymous) routes.js:5'],
    ['Router.<anonymous>', 'Router.(anonymous) routes.js:5'],
    ['new <anonymous>', 'new (anonymous) routes.js:5'],
  ] as const) {
    it(`calls ${functionName} ${shown}, at whichever line of it`, () => {
      const { frame } = viewFrames();
      assert.equal(frame(at('/srv/shop/src/routes.js', functionName, 7)).functionName, shown);
      assert.equal(frame(at('/srv/shop/src/routes.js', functionName, 9)).functionName, shown);
    });
  }

  it('calls the code of a module after the module, and leaves builtins alone', () => {
    const { frame } = viewFrames();
    const top = { ...at('/srv/shop/src/main.js', '<anonymous>'), functionLine: 1 };
    assert.equal(frame(top).functionName, '(module) main.js');
    assert.equal(frame(at('', 'Promise.then')).functionName, 'Promise.then');
    const unknown = { ...at('/srv/shop/src/main.js', '<anonymous>'), functionLine: 0, functionColumn: 0 };
    assert.equal(frame(unknown).functionName, '(anonymous) main.js:7');
  });

  it('gives equal frames as one object, and each frame of V8 always the same', () => {
    const shown = view();
    const [one, other] = [at('/srv/shop/a.js'), at('file:///srv/shop/a.js')];
    assert.equal(shown.frame(one), shown.frame(other));
    assert.equal(shown.frame(one), shown.frame(one));
    assert.notEqual(shown.frame(one), shown.frame(at('/srv/shop/b.js')));
  });

  it('does not take packages of two versions for one', () => {
    const paths = ['1.0.0', '2.0.0'].map((version) => {
      const home = join(folder, `v${version}/node_modules/twice`);
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'package.json'), JSON.stringify({ version }));
      return join(home, 'index.js');
    });
    const shown = view();
    const versions = paths.map((path) => shown.frame(at(path)).packageVersion);
    assert.deepEqual(versions, ['1.0.0', '2.0.0']);
  });

  it('takes a root that is a link for what it leads to, as V8 does', () => {
    const link = join(folder, 'current');
    mkdirSync(join(folder, 'release-42'));
    symlinkSync(join(folder, 'release-42'), link);
    assert.equal(view({ applicationRoot: link }).frame(at(join(folder, 'release-42/src/a.js'))).file, 'src/a.js');
  });

  describe('folding', () => {
    const inner = at('node:internal/timers', 'inner');
    const outer = at('node:internal/fs/promises', 'outer');
    const open = at('node:fs', 'open');
    const next = at('', 'next');
    const app = at('/srv/shop/a.js', 'app');

    /** `<` is ahead of the pivot. */
    function folded(frames: readonly CodeFrame[], pivot = frames.length, config = {}): string {
      const { frames: shown, pivot: shownPivot } = view(config).stack(frames, pivot);
      return shown
        .map(({ functionName }) => functionName)
        .toSpliced(shownPivot, 0, '<')
        .join(' ');
    }

    it("leaves the outermost of Node's internals that follow each other", () => {
      assert.equal(folded([inner, outer, app, inner, inner, outer], 2), 'outer < app outer');
      assert.equal(folded([inner, open, outer, app]), 'inner open outer app <');
      assert.equal(folded([inner, next, next, outer, next, app], 5), 'outer next < app');
      assert.equal(folded([next, inner, app, next, inner], 2), 'next inner < app next inner');
      assert.equal(folded([inner, outer]), 'outer <');
      assert.equal(folded([app], 0), '< app');
      assert.equal(folded([]), '<');
    });

    it('leaves the frame of the await, and keeps what is waited for and what has called apart from it', () => {
      assert.equal(folded([inner, inner, outer, app], 0), '< inner outer app');
      assert.equal(folded([inner, outer, inner, inner, outer, app], 2), 'outer < inner outer app');
      assert.equal(folded([inner, next, inner, outer], 0), '< inner outer');
    });

    it('is left out where it is not wanted', () => {
      assert.equal(folded([inner, outer, app], 2, { foldInternals: false }), 'inner outer < app');
    });
  });

  function viewFrames(): { frame: (frame: CodeFrame) => ReturnType<FrameView['frame']> } {
    const shown = view();
    return { frame: (frame) => shown.frame(frame) };
  }
});

describe('findApplicationRoot', () => {
  let folder: string;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'taskprof-root-')));
    for (const [path, content] of Object.entries({
      'package.json': '{ "name": "workspace" }',
      'shop/package.json': '{ "name": "shop" }',
      'shop/dist/package.json': '{ "type": "module" }',
      'shop/dist/main.js': '',
      'shop/node_modules/runner/package.json': '{ "name": "runner" }',
      'shop/node_modules/runner/cli.js': '',
      'broken/package.json': '{',
      'broken/main.js': '',
    })) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  });

  before(() => symlinkSync(join(folder, 'shop'), join(folder, 'current')));
  after(() => rmSync(folder, { recursive: true }));

  for (const [what, script, workingDirectory, root] of [
    ['of the main script, past package.json without a name', 'shop/dist/main.js', '.', 'shop'],
    ['of the main script, past broken ones', 'broken/main.js', 'shop', '.'],
    ['of the working directory where a tool runs the application', 'shop/node_modules/runner/cli.js', 'shop', 'shop'],
    ['of the working directory where there is no main script', undefined, 'shop/dist', 'shop'],
    ['in the main script where that is a folder', 'shop', '.', 'shop'],
    ['of the main script behind a link to what is deployed', 'current/dist/main.js', '.', 'shop'],
  ] as const) {
    it(`is the folder of the package.json ${what}`, () => {
      const found = findApplicationRoot(script && join(folder, script), join(folder, workingDirectory));
      assert.equal(found, join(folder, root));
    });
  }
});
