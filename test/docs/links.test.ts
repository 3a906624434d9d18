import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { DOCUMENTS, type Document, prose, ROOT } from './markdown.ts';

/** As GitHub names headings. */
function anchorsOf(document: Document): string[] {
  const headings = [...prose(document).matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
  return headings.map((name, i) => {
    const before = headings.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before}`;
  });
}

const ANCHORS = new Map(DOCUMENTS.map((document) => [document.file, anchorsOf(document)]));

/** Why a link leads nowhere. */
function problemOf(file: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(join(ROOT, target))) return `${file}: there is no ${target}`;
  if (anchor === undefined || ANCHORS.get(target)?.includes(anchor)) return undefined;
  return `${file}: there is no heading #${anchor} in ${target}`;
}

describe('links between documents', () => {
  it('lead somewhere', () => {
    const links = DOCUMENTS.flatMap((document) =>
      [...prose(document).matchAll(/\]\(((?!https?:|mailto:)[^)\s]+)\)/g)].map(
        ([, link]) => [document.file, link!] as const,
      ),
    );
    assert.ok(links.length > 30);
    const problems = links.map(([file, link]) => problemOf(file, link)).filter((problem) => problem !== undefined);
    assert.deepEqual(problems, []);
  });
});
