import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** What to run a process as; empty: as ourselves. */
export interface UserIds {
  readonly uid?: number;
  readonly gid?: number;
}

const CANDIDATES = ['postgres', 'nobody'];

/** A user that PostgreSQL accepts: ourselves, or, for root, whom it refuses, one that every system has. */
export function ordinaryUser(): UserIds {
  if (process.getuid?.() !== 0) return {};
  for (const name of CANDIDATES) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${CANDIDATES.join(' or ')} on this system`);
}

function idOf(flag: string, name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/** A folder for temporary files that `user` can reach: root's own TMPDIR may be closed to everybody else. */
export function temporaryFolderOf(user: UserIds): string {
  const folders = [tmpdir(), '/tmp', '/var/tmp'];
  return folders.find((folder) => spawnSync('test', ['-x', folder], { ...user, cwd: '/' }).status === 0) ?? tmpdir();
}
