import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../support/cache-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * An npm project outside the checkout, so that nothing of the checkout's node_modules can be found from it, with
 * `dependencies` at exactly these versions and this package as users get it. Installed once and kept in the user's cache
 * folder; only this package's own files are renewed. Gives its folder.
 */
export function npmProject(name: string, dependencies: Readonly<Record<string, string>>): string {
  const manifest = JSON.stringify({
    private: true,
    dependencies: { ...dependencies, 'otel-taskprof': 'file:package.tgz' },
  });
  const stamp = createHash('sha256').update(manifest).update(ownDependencies()).digest('hex');
  // Several Node.js test at the same time, and each renews it.
  const folder = cacheFolder(`${name}-node-${process.versions.node.split('.')[0]}`);
  if (!existsSync(join(folder, stamp))) install(folder, manifest, stamp);
  renewPackage(join(folder, 'node_modules/otel-taskprof'));
  return folder;
}

/** The tarball that `npm publish` would upload, of what is built, in that folder. */
export function pack(folder: string): string {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(npm(args, ROOT)) as [{ filename: string }];
  return join(folder, filename);
}

function install(folder: string, manifest: string, stamp: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  cpSync(pack(folder), join(folder, 'package.tgz'));
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  writeFileSync(join(folder, stamp), '');
}

function renewPackage(installed: string): void {
  rmSync(join(installed, 'dist'), { recursive: true, force: true });
  for (const part of ['dist', 'package.json']) cpSync(join(ROOT, part), join(installed, part), { recursive: true });
}

/** Runs npm as from a shell: what an enclosing `npm test` tells its children about its own project is left out. */
function npm(args: readonly string[], cwd: string): string {
  const own = /^npm_(package|lifecycle|command|config_local_prefix)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function ownDependencies(): string {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: unknown;
    peerDependencies: unknown;
  };
  return JSON.stringify([dependencies, peerDependencies]);
}
