import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EncodedSourceMap, FlattenMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { build } from 'esbuild';
import { SourceMap } from '../../src/frames/source-map.ts';
import { seededRandom } from '../support/seeded-random.ts';

const URL_OF_MAP = 'file:///app/dist/server.js.map';
const never = (): boolean => false;

function read(json: unknown, url = URL_OF_MAP): SourceMap {
  const map = new SourceMap(json, url);
  assert.ok(map.prepare(never));
  return map;
}

function sourceOf(json: object): string | undefined {
  return read({ version: 3, names: [], mappings: 'AAAA', ...json }).original(1, 1)?.source;
}

describe('SourceMap', () => {
  let folder: string;
  let minified: { map: EncodedSourceMap; code: string };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'taskprof-maps-'));
    const entryPoints = [new URL('../../src/index.ts', import.meta.url).pathname];
    const outfile = join(folder, 'index.js');
    await build({
      entryPoints,
      outfile,
      bundle: true,
      minify: true,
      sourcemap: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    minified = {
      map: JSON.parse(readFileSync(`${outfile}.map`, 'utf8')) as EncodedSourceMap,
      code: readFileSync(outfile, 'utf8'),
    };
  });

  after(() => rmSync(folder, { recursive: true }));

  function expectAlike(json: EncodedSourceMap | object, lines: readonly string[]): number {
    const map = read(json);
    const other = new FlattenMap(json as EncodedSourceMap, URL_OF_MAP);
    const random = seededRandom(7);
    let named = 0;
    for (let i = 0; i < 2_000; i++) {
      const line = 1 + Math.floor(random() * (lines.length + 1));
      const column = Math.floor(random() * ((lines[line - 1]?.length ?? 0) + 2));
      const { source, line: originalLine, column: originalColumn } = originalPositionFor(other, { line, column });
      const found = map.original(line, column + 1);
      const expected = source === null ? undefined : [source, originalLine, originalColumn + 1];
      assert.deepEqual(found && [found.source, found.line, found.column], expected, `${line}:${column}`);
      if (found?.name !== undefined) named++;
    }
    return named;
  }

  it('finds what another library finds, at any position of a minified bundle', () => {
    const lines = minified.code.split('\n');
    assert.ok(minified.code.length > 100_000);
    assert.ok(expectAlike(minified.map, lines) > 20);
  });

  it('finds the same in an indexed map', () => {
    const { map, code } = minified;
    const lines = code.split('\n');
    const own = { version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA,QAAQ;EACA' };
    const sections = [
      { offset: { line: 0, column: 0 }, map: own },
      { offset: { line: 2, column: 0 }, map },
      { offset: { line: 2 + lines.length - 1, column: 40 }, map: own },
    ];
    expectAlike({ version: 3, sections }, ['const a = 1', 'b', ...lines.slice(0, -1), ' '.repeat(60), 'end']);
  });

  it('is got ready in slices', () => {
    const map = new SourceMap(minified.map, URL_OF_MAP);
    let slices = 1;
    while (!map.prepare(() => true)) slices++;
    assert.ok(slices > 10);
    const whole = read(minified.map);
    for (let column = 1; column < 50_000; column += 997) {
      assert.deepEqual(map.original(2, column), whole.original(2, column));
    }
  });

  for (const [json, source] of [
    [{ sources: ['../src/a.ts'] }, 'file:///app/src/a.ts'],
    [{ sources: ['a.ts'], sourceRoot: '/app/src' }, 'file:///app/src/a.ts'],
    [{ sources: ['a.ts'], sourceRoot: '../src/' }, 'file:///app/src/a.ts'],
    [{ sources: ['a.ts'], sourceRoot: 'https://example.com/src' }, 'https://example.com/src/a.ts'],
    [{ sources: ['file:///elsewhere/a.ts'], sourceRoot: '' }, 'file:///elsewhere/a.ts'],
    [{ sources: ['webpack://shop/./src/a.ts?1f3a'] }, 'webpack://shop/./src/a.ts?1f3a'],
    [{ sources: [null] }, undefined],
    [{ sources: [] }, undefined],
  ] as const) {
    it(`resolves ${JSON.stringify(json)} to ${String(source)}`, () => assert.equal(sourceOf(json), source));
  }

  for (const [json, message] of [
    [null, 'it is no JSON object'],
    [[], 'it is no JSON object'],
    [{ version: 2 }, 'its version is 2, not 3'],
    [{ version: 3, sources: [] }, 'it has no mappings'],
    [{ version: 3, mappings: '' }, 'it has no sources'],
    [{ version: 3, sections: [{}] }, 'one of its sections has no offset'],
    [{ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: 'url' }] }, 'it is no JSON object'],
    [{ version: 3, sources: [], mappings: 'AA!A' }, 'there is no number at character 2 of its mappings'],
    [{ version: 3, sources: [], mappings: 'AAAg' }, 'there is no number at character 4 of its mappings'],
    [{ version: 3, sources: [], mappings: 'ggggggggA' }, 'there is no number at character 7 of its mappings'],
  ] as const) {
    it(`refuses ${JSON.stringify(json)}`, () => {
      assert.throws(() => read(json), { message });
    });
  }
});
