import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { isFirstNode } from '../support/one-node.ts';
import { ROOT, SNIPPETS, snippetsIn } from './markdown.ts';

const FIXTURES = join(ROOT, 'test/fixtures/docs');

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowJs: true,
  checkJs: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
};

/** What of a snippet can't be as it is where it is run beside other programs. */
const FOR_TESTS: readonly (readonly [shown: string, run: string])[] = [
  ['durationMillis: 10_000', 'durationMillis: 50'],
  ['startDebugServer(profiler)', 'startDebugServer(profiler, { port: 0 })'],
  ["'/var/profiles'", "'profiles'"],
];

/** Nobody receives anything. */
const ENVIRONMENT = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  OTEL_EXPORTER_OTLP_TIMEOUT: '100',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  PROFILE_KEY: 'a key of sixteen',
  DEBUG_TOKEN: 'secret',
};

const snippets = snippetsIn('js', 'ts');

/** Complaints of the compiler, of all snippets at once. They are in no file: the compiler is told that they are in `test/docs`. */
function complaints(): string[] {
  const texts = new Map(
    snippets.map(({ code, language }, i) => [join(ROOT, `test/docs/snippet-${i}.m${language}`), code]),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const real = { ...host };
  host.fileExists = (file) => texts.has(file) || real.fileExists(file);
  host.readFile = (file) => texts.get(file) ?? real.readFile(file);
  host.getSourceFile = (file, version, ...rest) =>
    texts.has(file) ? ts.createSourceFile(file, texts.get(file)!, version) : real.getSourceFile(file, version, ...rest);
  const program = ts.createProgram([...texts.keys(), join(FIXTURES, 'surroundings.d.ts')], OPTIONS, host);
  const places = [...texts.keys()];
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const place = snippets[places.indexOf(file?.fileName ?? '')]?.place ?? file?.fileName ?? '';
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${place}, line ${line} of it: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

(isFirstNode ? describe : describe.skip)('snippets of the documents', () => {
  it('are in languages that somebody tests, or texts', () => {
    const languages = new Set(SNIPPETS.map(({ language }) => language));
    // YAML: test/collector/examples.test.ts.
    for (const language of languages)
      assert.ok(['js', 'ts', 'sh', 'yaml', 'json', 'text'].includes(language), language);
  });

  it('have the types that the package has', function () {
    this.timeout(60_000);
    assert.deepEqual(complaints(), []);
  });

  it('run', function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'taskprof-snippets-'));
    try {
      const thrown = runAll(folder);
      assert.deepEqual(
        snippets.map(({ place }, i) => [place, thrown[i]]),
        snippets.map(({ place }) => [place, null]),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** What each of them has thrown, or null; all in one process, of a working directory of its own. */
function runAll(folder: string): readonly unknown[] {
  const files = snippets.map(({ code, language }, i) => {
    const file = join(folder, `snippet-${i}.m${language}`);
    writeFileSync(
      file,
      FOR_TESTS.reduce((text, [shown, run]) => text.replaceAll(shown, run), code),
    );
    return file;
  });
  const args = ['--disable-warning=ExperimentalWarning', join(FIXTURES, 'run-snippets.mjs'), ...files];
  const env = { ...process.env, ...ENVIRONMENT };
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 50_000,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as unknown[];
}
