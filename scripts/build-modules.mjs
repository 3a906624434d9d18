// The modules of the package: few files, since each costs time to load, without comments, and one of declarations.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { minify } from 'terser';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** What the compiler makes of src, file by file. */
const compiled = join(root, 'node_modules/.cache/otel-taskprof/compiled');
/** Which sources are in which file of dist: what tests look at. */
const sourcesByFile = join(root, 'node_modules/.cache/otel-taskprof/sources.json');

/** What is loaded by its path: from outside, as a worker, or by `loadModule`. */
const ENTRIES = [
  'index',
  'register',
  'zero-code',
  'cli/main',
  'cli/decode-worker',
  'export/otlp-exporter',
  'sdk/detected-resource',
];

/** What is known by its path: frames are told from the application's by it (`capture/frame-kind.ts`). */
const AT_THEIR_PLACES = ['base/own-folder', 'base/task-labels', 'cpu/context-storage'];

const MINIFY = {
  module: true,
  ecma: 2020,
  // Stacks are read by people: functions and classes keep their names.
  mangle: { keep_fnames: true, keep_classnames: true },
  // Newlines cost no more, and places in stacks can be found.
  format: { semicolons: false },
  // Nothing is moved: the hot path reads what it needs into local constants on purpose.
  compress: false,
};

const external = (id) => !id.startsWith('.') && !isAbsolute(id);
const compiledFiles = (names) => Object.fromEntries(names.map((name) => [name, join(compiled, `${name}.js`)]));

export async function buildModules() {
  rmSync(compiled, { recursive: true, force: true });
  compile();
  await writeModules();
  await writeDeclarations();
}

function compile() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', 'src', '--outDir', compiled];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

async function writeModules() {
  const bundle = await rollup({ input: compiledFiles(ENTRIES), external, treeshake: false });
  const { output } = await bundle.write({
    dir: dist,
    chunkFileNames: ({ name }) => (AT_THEIR_PLACES.includes(name) ? '[name].js' : 'chunks/[name].js'),
    manualChunks: fileOf,
    onlyExplicitManualChunks: true,
    hoistTransitiveImports: false,
    plugins: [
      { name: 'minify', renderChunk: async (code) => ({ code: (await minify(code, MINIFY)).code, map: null }) },
    ],
  });
  await bundle.close();
  const sourcesOf = ({ moduleIds }) => moduleIds.map((id) => relative(compiled, id).replace(/\.js$/, '.ts'));
  writeFileSync(
    sourcesByFile,
    JSON.stringify(Object.fromEntries(output.map((file) => [file.fileName, sourcesOf(file)]))),
  );
}

/**
 * In which file a module is, where several entries share it; the rest is left to the bundler. Each file costs a third of a
 * millisecond to load, so there are few: what loads without anything else, what the command shares, and what only applications need.
 */
function fileOf(id, { getModuleInfo }) {
  const reached = (names, isLazily) => reachedFrom(Object.values(compiledFiles(names)), getModuleInfo, isLazily);
  const name = AT_THEIR_PLACES.find((place) => id === compiledFiles([place])[place]);
  if (name !== undefined) return name;
  if (!reached(['index', 'zero-code'], false).has(id)) return undefined;
  if (reached(['cli/main'], false).has(id)) return 'base';
  // The command must not load OpenTelemetry.
  if (reached(AT_THEIR_PLACES, false).has(id)) return 'places';
  if (reached(['cli/main', 'cli/decode-worker'], true).has(id)) {
    return reached(['zero-code', 'export/otlp-exporter'], false).has(id) ? 'formats' : 'readers';
  }
  return reached(['zero-code'], false).has(id) ? 'profiler' : undefined;
}

/** The modules that these load, at once or ever. */
function reachedFrom(ids, getModuleInfo, isLazily, reached = new Set()) {
  for (const id of ids) {
    const info = reached.has(id) ? null : getModuleInfo(id);
    if (info === null || info.isExternal) continue;
    reached.add(id);
    reachedFrom(
      [...info.importedIds, ...(isLazily ? info.dynamicallyImportedIds : [])],
      getModuleInfo,
      isLazily,
      reached,
    );
  }
  return reached;
}

async function writeDeclarations() {
  // The compiler leaves the extensions of imports in declarations as they are.
  const resolveId = (id, from) => (from && id.startsWith('.') ? join(from, '..', id.replace(/\.ts$/, '.d.ts')) : null);
  const plugins = [{ name: 'declarations of sources', resolveId }, dts()];
  const bundle = await rollup({ input: join(compiled, 'index.d.ts'), external, plugins });
  await bundle.write({ file: join(dist, 'index.d.ts') });
  await bundle.close();
  writeFileSync(join(dist, 'register.d.ts'), 'export {};\n');
}
