import { globSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from './failure.ts';
import { fileProblem } from './read-input.ts';

/** A file to read. */
export interface ProfileFile {
  readonly path: string;
  readonly bytes: number;
  /** Named by the user, so that it has to be a profile: what stands in a folder may be anything. */
  readonly isNamed: boolean;
}

/**
 * The files that paths stand for: files, folders with all below them, patterns as of a shell (`dumps/*.pb.gz`). Each once, by name.
 * Hidden files in folders are left out. Throws a {@link CommandError} for a path that is nothing.
 */
export function profileFiles(paths: readonly string[]): ProfileFile[] {
  const files = new Map<string, ProfileFile>();
  for (const path of paths) {
    for (const file of filesOf(path)) if (!files.has(file.path)) files.set(file.path, file);
  }
  if (files.size === 0) throw new CommandError(`${paths.join(' ')}: there is no file in it`);
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function filesOf(path: string): ProfileFile[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return filesBelow(path);
  if (stats) return [{ path, bytes: stats.size, isNamed: true }];
  const matches = globSync(path);
  if (matches.length > 0) return matches.flatMap(filesOf);
  throw new CommandError(`${path}: there is no such file`);
}

function filesBelow(folder: string): ProfileFile[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.')) return [];
      if (entry.isDirectory()) return filesBelow(path);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() ? [{ path, bytes: stats.size, isNamed: false }] : [];
    });
  } catch (thrown) {
    throw new CommandError(`${folder}: ${fileProblem(thrown)}`, { cause: thrown });
  }
}
