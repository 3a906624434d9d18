// The viewer's page: one script and one style sheet, with the libraries in them.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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

/** What the bundled packages ask for. */
function licencesOf(files) {
  const packages = new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const licences = [...packages].sort().map((name) => {
    const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt']
      .map((one) => new URL(`../node_modules/${name}/${one}`, import.meta.url))
      .find((one) => existsSync(one));
    if (!file) throw new Error(`the licence of ${name} is not in its package`);
    return `${name}\n\n${readFileSync(file, 'utf8')}`;
  });
  return licences.join('\n\n---\n\n');
}
