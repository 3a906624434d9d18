// The viewer's page: one script and one style sheet, with the libraries in them.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = new URL('../src/viewer/page/', import.meta.url);
const target = new URL('../dist/viewer/page/', import.meta.url);

export async function buildPage() {
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
  writeFileSync(new URL('licences.txt', target), licencesOf(Object.keys(metafile.inputs)));
}

/** What the bundled packages ask for, and those that they depend on: some have these in their own files. */
function licencesOf(files) {
  const folders = new Set();
  for (const file of files) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
    if (folder) addPackage(folders, `${root}${folder}`);
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
  return licences.join('\n\n---\n\n');
}

function addPackage(folders, folder) {
  if (folders.has(folder)) return;
  folders.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const nested = `${folder}/node_modules/${name}`;
    addPackage(folders, existsSync(nested) ? nested : `${root}node_modules/${name}`);
  }
}
