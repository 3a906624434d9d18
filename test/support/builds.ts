import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import ts from 'typescript';

/** Ways to make JavaScript of the TypeScript in `folder/src`; each gives the file to run. */
export const BUILDS: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  'files that the TypeScript compiler made': compiled,
  'a bundle': (folder) => bundled(folder, 'bundle.mjs', { sourcemap: true }),
  'a bundle of CommonJS': (folder) => bundled(folder, 'bundle.cjs', { sourcemap: true, format: 'cjs' }),
  'a minified bundle': (folder) => bundled(folder, 'minified.mjs', { sourcemap: true, minify: true }),
  'a minified bundle with its map in it': (folder) =>
    bundled(folder, 'inline.mjs', { sourcemap: 'inline', minify: true }),
  'a minified bundle with a map that it does not name': (folder) =>
    bundled(folder, 'external.mjs', { sourcemap: 'external', minify: true }),
  'a minified bundle without sources in its map': (folder) =>
    bundled(folder, 'lean.mjs', { sourcemap: true, minify: true, sourcesContent: false }),
};

export async function bundled(folder: string, name: string, options: BuildOptions): Promise<string> {
  const outfile = join(folder, 'out', name);
  const entryPoints = [join(folder, 'src/main.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent', ...options });
  return outfile;
}

/** As `tsc` does, but for the check of types. */
function compiled(folder: string): Promise<string> {
  const outDir = join(folder, 'dist');
  const program = ts.createProgram([join(folder, 'src/main.ts')], {
    rootDir: join(folder, 'src'),
    outDir,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    sourceMap: true,
    noLib: true,
    types: [],
    rewriteRelativeImportExtensions: true,
  });
  program.emit();
  writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }');
  return Promise.resolve(join(outDir, 'main.js'));
}
