// Makes a bare clone runnable: installs what package-lock.json names and builds src, each only when something changed.
// Runs on any Node that npm itself runs on; the scripts after it run on the Node that it installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const hashOf = (files) => {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex');
};

/** Runs `step` unless `product` is there and the stamp of an earlier run has the hash of the same files. */
const once = (stamp, product, files, step) => {
  const path = join(root, 'node_modules', stamp);
  const hash = hashOf(files);
  if (existsSync(join(root, product)) && existsSync(path) && readFileSync(path, 'utf8') === hash) return;
  step();
  writeFileSync(path, hash);
};

const run = (what, command, args) => {
  process.stderr.write(`${what} ...\n`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(`${what}: ${command} ${args.join(' ')} failed (${error?.message ?? `exit code ${status}`})\n`);
  process.exit(1);
};

const builders = ['build', 'build-modules', 'build-page'].map((name) => `scripts/${name}.mjs`);

const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length))
  .sort();

once('.taskprof-setup', 'node_modules', ['package-lock.json'], () =>
  run('Installing dependencies (once)', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
);
once('.taskprof-build', 'dist/index.js', ['tsconfig.json', 'package.json', ...builders, ...sources], () =>
  run('Building', 'npm', ['run', '--silent', 'build']),
);
