import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Package } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { isFirstNode } from '../support/one-node.ts';
import { pack } from './npm-project.ts';

const ROOT = new URL('../../', import.meta.url);
const FILES = new URL('tarball.golden.txt', import.meta.url);
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

/** What are-the-types-wrong leaves out for packages of ES modules (`--profile esm-only`): `require()` of them is tested by running it. */
const NOT_FOR_ES_MODULES = ['node10', 'node16-cjs'];

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly repository?: { readonly url: string };
  readonly publishConfig: unknown;
}

interface LockedPackage {
  readonly dev?: true;
  readonly peer?: true;
  readonly devOptional?: true;
  readonly hasInstallScript?: true;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(new URL(file, ROOT), 'utf8'));

/** What is installed with this package: neither what it is developed with nor what an application may add. */
function runTimeDependencies(): [string, LockedPackage][] {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> };
  return Object.entries(packages).filter(
    ([folder, { dev, peer, devOptional }]) => folder !== '' && !(dev ?? peer ?? devOptional ?? false),
  );
}

/** Files by folder and kind, so that a new module changes nothing, and a new kind of file does: `dist/cli/*.js`. */
function kindsOf(files: readonly string[]): string {
  const kinds = files.map((file) =>
    file.replace(/^\/node_modules\/otel-taskprof\//, '').replace(/(?<=^dist\/.*)[^/]+?(?=\.(d\.ts|js)$)/, '*'),
  );
  return `${[...new Set(kinds)].toSorted().join('\n')}\n`;
}

(isFirstNode ? describe : describe.skip)('the tarball', () => {
  let tarball: Buffer;
  let content: Package;

  before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'taskprof-tarball-'));
    try {
      tarball = readFileSync(pack(folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
    content = createPackageFromTarballData(new Uint8Array(tarball));
  });

  it('has nothing in it but what it should', () => {
    const kinds = kindsOf(content.listFiles());
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(FILES, kinds);
    assert.equal(kinds, readFileSync(FILES, 'utf8'));
  });

  it('is sound for publint', async () => {
    const copy = new Uint8Array(tarball).buffer;
    const { messages, pkg } = await publint({ pkgDir: 'package', pack: { tarball: copy }, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
  });

  it('has types for are-the-types-wrong wherever it has code', async () => {
    const { problems } = (await checkPackage(content)) as { problems: readonly { readonly resolutionKind?: string }[] };
    assert.deepEqual(
      problems.filter(({ resolutionKind = '' }) => !NOT_FOR_ES_MODULES.includes(resolutionKind)),
      [],
    );
  });
});

describe('package.json', () => {
  const { scripts, repository, publishConfig } = readJson('package.json') as Manifest;

  it('runs nothing where the package is installed', () => {
    assert.deepEqual(
      Object.keys(scripts).filter((name) => INSTALL_SCRIPTS.includes(name)),
      [],
    );
  });

  it('has no run-time dependency that runs something where it is installed', () => {
    const dependencies = runTimeDependencies();
    assert.ok(dependencies.some(([folder]) => folder === 'node_modules/pbf'));
    assert.deepEqual(
      dependencies.filter(([, { hasInstallScript }]) => hasInstallScript),
      [],
    );
  });

  it('has the package published with its provenance', () => {
    assert.deepEqual(publishConfig, { access: 'public', provenance: true });
    // npm compares it with where the release was built.
    if (repository !== undefined) assert.match(repository.url, /^git\+https:\/\/.+\.git$/);
  });

  it('has no run-time dependency with a known vulnerability', function () {
    const { report, reason } = audit();
    if (report === undefined) {
      this.test!.title += ` (not known: ${reason})`;
      this.skip();
    }
    assert.deepEqual(report.vulnerabilities, {});
  });
});

interface AuditReport {
  readonly vulnerabilities?: Record<string, unknown>;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

/** What the registry knows, or why it does not answer: without a network, or where it has no audits. */
function audit(): { readonly report?: AuditReport; readonly reason: string } {
  const args = ['audit', '--omit=dev', '--audit-level=none', '--json', '--fetch-retries=0', '--fetch-timeout=10000'];
  const { stdout, error } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8', timeout: 30_000 });
  if (error !== undefined) return { reason: error.message };
  const report = JSON.parse(stdout) as AuditReport;
  if (report.vulnerabilities !== undefined) return { report, reason: '' };
  return { reason: report.message ?? report.error?.summary ?? 'npm audit has no answer' };
}
