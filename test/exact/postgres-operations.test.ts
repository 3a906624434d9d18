import { fileURLToPath } from 'node:url';
import { Pool, type PoolClient } from 'pg';
import { TaskProfiler } from '../../src/index.ts';
import { usePostgres } from '../support/postgres.ts';
import { settled } from '../support/settled.ts';
import { expectNoTasks, expectTasks } from '../support/tasks.ts';

const FILE = fileURLToPath(import.meta.url);
const WAITERS = 10;

describe('operations of a PostgreSQL pool', () => {
  const connection = usePostgres();
  let pool: Pool;
  let holder: PoolClient;
  let profiler: TaskProfiler;

  /** A pool whose connections may still be closing when the server stops: pg-pool's end() does not wait for that. */
  function createPool(max: number): Pool {
    const ignore = () => {};
    return new Pool({ ...connection(), max }).on('error', ignore).on('connect', (client) => client.on('error', ignore));
  }

  /** The pool's only connection is taken, and holds a lock that others wait for. */
  beforeEach(async () => {
    pool = createPool(1);
    holder = await pool.connect();
    await holder.query('SELECT pg_advisory_lock(1)');
    profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
    profiler.start();
  });

  afterEach(async () => {
    profiler.stop();
    await pool.end();
  });

  /** Starts many of `waitsFor`, expects each at its operation, then lets them go and expects none. */
  async function expectOperation(waitsFor: () => Promise<void>, operation: readonly string[], line: string) {
    const all = Array.from({ length: WAITERS }, () => waitsFor());
    await settled();
    const groups = [{ at: 'waitsFor', tasks: WAITERS, operation, line }];
    expectTasks(profiler.snapshot(), groups, { file: FILE });
    await holder.query('SELECT pg_advisory_unlock(1)');
    holder.release();
    for (const one of all) await one;
    await settled();
    expectNoTasks(profiler.snapshot(), { file: FILE });
  }

  it('names pool.connect()', async () => {
    async function waitsFor() {
      const client = await pool.connect();
      client.release();
    }
    await expectOperation(waitsFor, ['pg-pool promisify', 'pg-pool connect'], 'await pool.connect');
  });

  it('names pool.query()', async () => {
    async function waitsFor() {
      await pool.query('SELECT 1');
    }
    await expectOperation(waitsFor, ['pg-pool promisify', 'pg-pool query'], 'await pool.query');
  });

  it('names pool.query() behind .then() and .catch()', async () => {
    async function waitsFor() {
      await pool.query('SELECT 1').then(String).catch(String);
    }
    await expectOperation(waitsFor, ['pg-pool promisify', 'pg-pool query'], 'await pool.query');
  });

  it('names pool.connect() in a plain helper', async () => {
    const acquire = () => pool.connect().then((client) => client);
    async function waitsFor() {
      const client = await acquire();
      client.release();
    }
    await expectOperation(waitsFor, ['pg-pool promisify', 'pg-pool connect', 'acquire'], 'await acquire');
  });

  it('names client.query() that waits for a lock', async () => {
    const other = createPool(WAITERS);
    const clients = await Promise.all(Array.from({ length: WAITERS }, () => other.connect()));
    const idle = [...clients];
    async function waitsFor() {
      const client = idle.pop()!;
      await client.query('SELECT pg_advisory_xact_lock(1)');
    }
    await expectOperation(waitsFor, ['pg/lib query'], 'await client.query');
    for (const client of clients) client.release();
    await other.end();
  });
});
