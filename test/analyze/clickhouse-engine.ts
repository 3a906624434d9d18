import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fixture } from '../support/child.ts';
import { cacheFolder } from '../support/cache-folder.ts';

const CHDB = 'chdb@3.4.0';
/** 566 MB; installed once, into the user's cache folder. */
export const INSTALL_TIMEOUT_MILLIS = 300_000;

export interface ClickHouseEngine {
  readonly url: string;
  run(sql: string): Promise<string>;
  stop(): void;
}

/** ClickHouse's engine behind HTTP; undefined where the package can't be had for this machine. */
export async function startClickHouse(user = '', password = ''): Promise<ClickHouseEngine | undefined> {
  const folder = installed();
  if (folder === undefined) return undefined;
  const child = spawn(process.execPath, [fixture('analyze/clickhouse-server.mjs'), folder, user, password], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await Promise.race([firstLine(child), once(child, 'exit').then(() => undefined)]);
  if (port === undefined) return undefined;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    run: async (sql) => {
      const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': password };
      const response = await fetch(url, { method: 'POST', body: sql, headers });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return text;
    },
    stop: () => child.kill(),
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [data] = (await once(child.stdout!, 'data')) as [Buffer];
  return data.toString().trim();
}

function installed(): string | undefined {
  const folder = cacheFolder('chdb');
  if (existsSync(join(folder, 'node_modules/chdb'))) return folder;
  mkdirSync(folder, { recursive: true });
  try {
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', CHDB];
    execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return folder;
  } catch {
    return undefined;
  }
}
