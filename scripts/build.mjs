// Builds dist from nothing, so that no file of an earlier build stays in the package.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const { status } = spawnSync(process.execPath, [tsc, '-p', 'src'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

// The viewer's page: one script and one style sheet, with the libraries in them.
const page = new URL('../src/viewer/page/', import.meta.url);
const target = new URL('../dist/viewer/page/', import.meta.url);
const { metafile } = await build({
  entryPoints: [fileURLToPath(new URL('main.tsx', page))],
  outdir: fileURLToPath(target),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
for (const file of ['index.html', 'icon.svg']) copyFileSync(new URL(file, page), new URL(file, target));

// What the bundled packages ask for, and those that they depend on: some have these in their own files.
const folders = new Set();
for (const file of Object.keys(metafile.inputs)) {
  const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
  if (folder) addPackage(`${root}${folder}`);
}
const licences = [...folders]
  .map((folder) => ({ folder, name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length) }))
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ folder, name }) => {
    const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt']
      .map((one) => `${folder}/${one}`)
      .find((one) => existsSync(one));
    if (!file) throw new Error(`the licence of ${name} is not in its package`);
    return `${name}\n\n${readFileSync(file, 'utf8')}`;
  });
writeFileSync(new URL('licences.txt', target), licences.join('\n\n---\n\n'));

function addPackage(folder) {
  if (folders.has(folder)) return;
  folders.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const nested = `${folder}/node_modules/${name}`;
    addPackage(existsSync(nested) ? nested : `${root}node_modules/${name}`);
  }
}
