import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { packagePathOf } from '../base/package-path.ts';

/**
 * The folder that the application's paths are relative to: that of the nearest package.json with a name, from the main script
 * upwards, or from the working directory where the main script is a tool's (a process manager, a test runner). The working
 * directory where there is none.
 */
export function findApplicationRoot(mainScript = process.argv[1], workingDirectory = process.cwd()): string {
  const isOwn = mainScript !== undefined && packagePathOf(mainScript) === undefined;
  // The script may be named by its folder (`node .`), and by a link to what is deployed.
  const start = isOwn ? realPath(resolve(workingDirectory, mainScript)) : workingDirectory;
  for (let folder = start; ; folder = dirname(folder)) {
    if (nameIn(folder) !== undefined) return folder;
    if (folder === dirname(folder)) return workingDirectory;
  }
}

/** V8 has files by their real paths. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Those without a name only say what kind of modules are below. */
function nameIn(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown } | null)?.name;
  } catch {
    return undefined;
  }
}
