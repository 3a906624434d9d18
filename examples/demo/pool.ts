import pg from 'pg';

/** Connections in the pool: far fewer than requests at once, which is the trouble that the demo shows. */
export const POOL_SIZE = 10;

/** A pool for the database that the environment names (`PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`). */
export function createPool(): pg.Pool {
  return new pg.Pool({ max: POOL_SIZE });
}
