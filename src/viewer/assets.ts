import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { OWN_FOLDER } from '../base/own-folder.ts';

/** Built from `page/` by `scripts/build.mjs`. */
const FOLDER = new URL('../dist/viewer/page/', OWN_FOLDER);

export const PAGE_PATH = '/';

const FILES: Readonly<Record<string, readonly [file: string, contentType: string]>> = {
  [PAGE_PATH]: ['index.html', 'text/html; charset=utf-8'],
  '/main.js': ['main.js', 'text/javascript; charset=utf-8'],
  '/main.css': ['main.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/** Nothing but files of this server: neither inline scripts nor other hosts, and the page in no frame of another. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Of every answer. */
export const SECURITY_HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
} as const;

/** Whether there is a file of the page at that path; then it is sent. */
export function sendAsset(path: string, response: ServerResponse): boolean {
  if (!Object.hasOwn(FILES, path)) return false;
  const [file, contentType] = FILES[path]!;
  // First: where it can't be read, the answer is another.
  const content = readFileSync(new URL(file, FOLDER));
  response.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': contentType }).end(content);
  return true;
}
