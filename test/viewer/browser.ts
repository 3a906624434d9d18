import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's; else the one in an npm package, which comes with the libraries that a bare machine has not. */
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const ARGUMENTS = [
  ...[
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
  ],
  ...['--disable-sync', '--disable-dev-shm-usage'],
];

export async function startBrowser(): Promise<Browser> {
  const executablePath = INSTALLED.find((path) => existsSync(path)) ?? (await packagedBrowser());
  return await chromium.launch({ executablePath, args: ARGUMENTS, headless: true });
}

/** Unpacks it once for a machine, into the folder for temporary files. */
async function packagedBrowser(): Promise<string> {
  const { default: packaged, inflate } = await import('@sparticuz/chromium');
  const path = await packaged.executablePath();
  if (lacksLibraries(path)) {
    const libraries = new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium'));
    const folder = await inflate(libraries.pathname);
    process.env.LD_LIBRARY_PATH = [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  return path;
}

function lacksLibraries(path: string): boolean {
  return spawnSync('ldd', [path], { encoding: 'utf8' }).stdout.includes('not found');
}

/** A page with what went wrong on it. */
export interface TestPage {
  readonly page: Page;
  /** Messages of errors and warnings on the console, and errors that nobody caught. */
  readonly problems: string[];
  /** Requests to any host but the page's own. */
  readonly strangers: string[];
}

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  const strangers: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) strangers.push(request.url());
  });
  await page.goto(url);
  return { page, problems, strangers };
}
