import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A Markdown file of the project. */
export interface Document {
  /** From the project's root: `docs/view.md`. */
  readonly file: string;
  readonly text: string;
}

/** What stands between two fences. */
export interface Snippet {
  /** `docs/view.md:43`, of the line of its first fence. */
  readonly place: string;
  readonly language: string;
  /** The word `ignore` behind the language: code that is no program. */
  readonly isIgnored: boolean;
  readonly code: string;
}

/** All that people read. */
export const DOCUMENTS: readonly Document[] = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: ROOT })
  .toSorted()
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

export const SNIPPETS: readonly Snippet[] = DOCUMENTS.flatMap(({ file, text }) =>
  [...text.matchAll(/^( *)```(\w*) ?(ignore)?\n(.*?)^\1```$/gms)].map(
    ([, , language = '', ignore, code = ''], i, all) => ({
      place: `${file}:${text.slice(0, all[i]!.index).split('\n').length}`,
      language,
      isIgnored: ignore !== undefined,
      code,
    }),
  ),
);

export function snippetsIn(...languages: readonly string[]): readonly Snippet[] {
  return SNIPPETS.filter(({ language, isIgnored }) => languages.includes(language) && !isIgnored);
}

/** The text without what stands between fences. */
export function prose({ text }: Document): string {
  return text.replace(/^( *)```.*?^\1```$/gms, '');
}
