import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

/** Every major version of Node.js that is supported. */
export const NODE_MAJORS = [22, 24, 26];

/** A Node's program file, from its npm package in the folder in which .ci/run puts it as well. What is missing is installed. */
export function nodeProgram(major: number): string {
  const installed = installedNode(major);
  if (installed !== undefined) return installed;
  const folder = nodeFolder(major);
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', [...args, `node@${major}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return programIn(folder);
}

/** The same where it is there already; undefined where it is not. */
export function installedNode(major: number): string | undefined {
  if (process.version.startsWith(`v${major}.`)) return process.execPath;
  const program = programIn(nodeFolder(major));
  return existsSync(program) ? program : undefined;
}

function nodeFolder(major: number): string {
  return cacheFolder(`node-${major}`);
}

function programIn(folder: string): string {
  return join(folder, 'node_modules/node/bin/node');
}
