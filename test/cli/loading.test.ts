import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { runNode } from '../support/child.ts';

const distUrl = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;
const DIST = distUrl('');

/** The build puts many sources into one file. */
const SOURCES = JSON.parse(
  readFileSync(new URL('../../node_modules/.cache/otel-taskprof/sources.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;

/** All modules that are loaded with one: URLs of those of packages, paths from `src/` on of ours. */
async function loadedBy(path: string, args: readonly string[] = []): Promise<string[]> {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
    process.argv.splice(1, Infinity, 'taskprof', ${args.map((arg) => JSON.stringify(arg)).join()});
    await import(${JSON.stringify(distUrl(path))});
    process.on('exit', () => process.stderr.write([...loaded].join('\\n')));
  `;
  const { stderr } = await runNode(['--input-type=module', '-e', program]);
  return stderr.split('\n').flatMap((url) => (url.startsWith(DIST) ? SOURCES[url.slice(DIST.length)]! : [url]));
}

const OF_THE_COMMAND =
  /\/node_modules\/(commander|fast-string-truncated-width|@duckdb|@grpc)\/|^node:sqlite$|^(cli|viewer|analyze)\//;

describe('what is loaded', () => {
  for (const entry of ['index.js', 'register.js']) {
    it(`by ${entry}: nothing of the command, of databases or of gRPC`, async () => {
      const loaded = await loadedBy(entry);
      assert.ok(loaded.includes('profiler.ts'), 'the profiler itself');
      assert.deepEqual(
        loaded.filter((url) => OF_THE_COMMAND.test(url)),
        [],
      );
    });
  }

  it('by the command for its help: nothing of the profiler, of OpenTelemetry or of the formats', async () => {
    const loaded = await loadedBy('cli/main.js', ['ps', '--help']);
    assert.ok(loaded.some((url) => url.includes('/commander/')));
    const others = /@opentelemetry|\/pbf\/|pprof-format|^(capture|follow|encode|export)\//;
    assert.deepEqual(
      loaded.filter((url) => others.test(url)),
      [],
    );
  });

  it('by files of the core: none imports one of the command', () => {
    const source = new URL('../../src/', import.meta.url);
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('cli'),
    );
    assert.ok(files.length > 100);
    for (const file of files)
      assert.doesNotMatch(readFileSync(new URL(file, source), 'utf8'), /from '[./]+\/cli\//, file);
  });
});
