import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SourceMaps } from '../../src/frames/source-maps.ts';
import { TaskProfiler } from '../../src/index.ts';
import { type DiagLines, recordDiag } from '../support/diag-lines.ts';
import { until } from '../support/settled.ts';

const MAP = JSON.stringify({ version: 3, sources: ['../src/a.ts'], names: [], mappings: 'AAAA;AAEA' });

describe('SourceMaps', () => {
  let folder: string;
  let diag: DiagLines;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'taskprof-source-maps-'));
    diag = recordDiag();
  });

  afterEach(() => {
    diag.stop();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, content: string): string {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  const frameOf = (file: string) => ({ functionName: 'f', file, line: 2, column: 1 });

  async function originalOf(file: string): Promise<string> {
    const [now, later] = [new SourceMaps(true), new SourceMaps(true)];
    assert.equal(now.loadNow(file), true);
    await later.load([file]);
    assert.equal(later.knows(file), true);
    const [one, other] = [now, later].map((maps) => maps.original(frameOf(file)));
    assert.deepEqual(one, other);
    return `${one!.file}:${one!.line}`;
  }

  const dataUrl = (text: string): string => `data:application/json;base64,${Buffer.from(text).toString('base64')}`;

  for (const [what, code] of Object.entries({
    'named at the end of a file': 'a\nb\n//# sourceMappingURL=a.js.map\n',
    'named in the old way': 'a\nb\n//@ sourceMappingURL=a.js.map',
    'named in a comment of the other kind': 'a\nb\n/*# sourceMappingURL=a.js.map */\n',
    'not named, but beside the file': 'a\nb\n',
    'beside a file that only speaks of another': "a\nconst url = '//# sourceMappingURL=other.map';\n",
    'in a data: URL': `a\nb\n//# sourceMappingURL=${dataUrl(MAP)}`,
    'in a data: URL that is no base64': `a\nb\n//# sourceMappingURL=data:application/json,${encodeURIComponent(MAP)}`,
  })) {
    it(`finds a map that is ${what}`, async () => {
      const file = write('dist/a.js', code);
      write('dist/a.js.map', MAP);
      const source = pathToFileURL(join(folder, 'src/a.ts')).href;
      assert.equal(await originalOf(file), `${source}:3`);
      assert.equal(await originalOf(pathToFileURL(file).href), `${source}:3`);
      assert.deepEqual(diag.lines, []);
    });
  }

  it('takes a map with the line ahead that keeps it from being a script', async () => {
    const file = write('dist/a.js', 'a\nb\n//# sourceMappingURL=a.js.map');
    write('dist/a.js.map', `)]}'\n${MAP}`);
    assert.match(await originalOf(file), /src\/a\.ts:3$/);
  });

  for (const [what, code, map, reason] of [
    ['is missing', '//# sourceMappingURL=gone.map', MAP, /ENOENT.*gone\.map/],
    ['is no JSON', '//# sourceMappingURL=a.js.map', '{', /a\.js\.map: .*JSON/],
    ['is of another version', '//# sourceMappingURL=a.js.map', '{"version":2}', /a\.js\.map: its version is 2/],
    ['has broken mappings', '//# sourceMappingURL=a.js.map', MAP.replace('AAAA', 'AA!'), /no number at character 2/],
    ['is not on the disk', '//# sourceMappingURL=https://example.com/a.map', MAP, /not on this machine's disk/],
    ['has no URL', '//# sourceMappingURL=http://[', MAP, /Invalid URL/],
    ['is no data', '//# sourceMappingURL=data:application/json', MAP, /has no data/],
  ] as const) {
    it(`leaves frames as they are where a map ${what}, and names it once`, async () => {
      const file = write('dist/a.js', `a\nb\n${code}\n`);
      write('dist/a.js.map', map);
      const maps = new SourceMaps(true);
      for (let i = 0; i < 2; i++) {
        await maps.load([file]);
        maps.loadNow(file);
        assert.deepEqual(maps.original(frameOf(file)), frameOf(file));
      }
      assert.equal(diag.lines.length, 1);
      assert.match(diag.lines[0]!, /^warn otel-taskprof: frames of .*dist\/a\.js are shown without its source map: /);
      assert.match(diag.lines[0]!, reason);
    });
  }

  it('says nothing of packages that leave out the maps that they name', async () => {
    const maps = new SourceMaps(true);
    await maps.load([write('node_modules/pg/index.js', '//# sourceMappingURL=gone.map')]);
    assert.deepEqual(diag.lines, []);
  });

  it('reads what is large only where there is time, and shows it then', async () => {
    const file = write('dist/a.js', 'a\nb\n//# sourceMappingURL=a.js.map');
    write('dist/a.js.map', JSON.stringify({ ...JSON.parse(MAP), sourcesContent: ['x'.repeat(2 ** 21)] }));
    const maps = new SourceMaps(true);
    assert.equal(maps.loadNow(file), false);
    assert.deepEqual(maps.original(frameOf(file)), frameOf(file));
    await until(() => maps.knows(file));
    assert.match(maps.original(frameOf(file)).file, /src\/a\.ts$/);
  });

  it('reads nothing where it is off, or Node.js has no maps and nobody asked for it', () => {
    const file = write('dist/a.js', 'a\nb\n//# sourceMappingURL=gone.map');
    for (const maps of [new SourceMaps(false), new SourceMaps('auto')]) {
      assert.equal(maps.knows(file), true);
      assert.equal(maps.loadNow(file), true);
    }
    assert.deepEqual(diag.lines, []);
  });

  it('leaves alone what is no file', async () => {
    const maps = new SourceMaps(true);
    const others = [
      '',
      'node:fs',
      'eval at f (a.js:1:1)',
      'data:text/javascript,1',
      'evalmachine.<anonymous>',
      '[eval]',
    ];
    await maps.load(others);
    for (const file of others) assert.equal(maps.knows(file), true);
    assert.deepEqual(diag.lines, []);
  });

  it("does not show in profiles, nor do the operations on files in the application's resources", async () => {
    const map = JSON.stringify({ ...JSON.parse(MAP), sourcesContent: ['x'.repeat(2 ** 21)] });
    const files = Array.from({ length: 6 }, (_, i) => {
      write(`dist/${i}.js.map`, map);
      return write(`dist/${i}.js`, `a\nb\n//# sourceMappingURL=${i}.js.map`);
    });
    const profiler = new TaskProfiler({ sampling: 'all', resources: { sampling: 'all' } });
    profiler.start();
    try {
      const operations = (): unknown[] =>
        profiler.resourceSnapshot().samples.filter(({ kind }) => kind === 'file operation');
      // That of the application shows.
      const own = readFile(files[0]!);
      assert.equal(operations().length, 1);
      await own;
      await until(() => operations().length === 0);
      const maps = new SourceMaps(true);
      void maps.load(files);
      const seen: unknown[] = [];
      await until(() => {
        const tasks = profiler.snapshot().samples;
        // The test's own turns are tasks of this file.
        const isOfTest = /frames\/source-maps\.test|support\/settled/;
        seen.push(...tasks.filter(({ stack }) => !stack.some(({ file }) => isOfTest.test(file))), ...operations());
        return files.every((file) => maps.knows(file));
      });
      assert.deepEqual(seen, []);
    } finally {
      profiler.stop();
    }
  });
});
