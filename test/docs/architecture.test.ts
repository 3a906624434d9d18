import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import ts from 'typescript';
import { ROOT } from './markdown.ts';

/** The page is a program of its own. */
const FILES = globSync('src/*/**/*.{ts,tsx}', { cwd: ROOT }).filter((file) => !file.startsWith('src/viewer/page/'));

const folderOf = (file: string): string => file.split(sep)[1]!;

/** The table of docs/architecture.md, from above. */
function tableOfFolders(): string[] {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  return [...text.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, folder]) => folder!);
}

/** Folders of `src` that a file imports from, types included. */
function importedFolders(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'));
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('../'))
    .map((name) => normalize(join(dirname(file), name)))
    .filter((path) => path.split(sep).length > 2)
    .map(folderOf);
}

describe('docs/architecture.md', () => {
  it('has every folder of src in its table', () => {
    assert.deepEqual(tableOfFolders().toSorted(), [...new Set(FILES.map(folderOf))].toSorted());
  });

  it('is right that imports only go down it', () => {
    const table = tableOfFolders();
    const wrong = FILES.flatMap((file) =>
      importedFolders(file)
        .filter((imported) => table.indexOf(imported) < table.indexOf(folderOf(file)))
        .map((imported) => `${file} imports from ${imported}/`),
    );
    assert.deepEqual(wrong, []);
  });
});
