import pg from 'pg';
import { SCHEMA } from './sql.ts';

/** Creates the shop's tables in the database that `env` names (`PGHOST`, ...), and fills them; tells how many orders. */
export async function createShop(env: Readonly<Record<string, string>>): Promise<{ readonly orders: number }> {
  const client = new pg.Client({
    host: env.PGHOST,
    port: Number(env.PGPORT),
    user: env.PGUSER,
    password: env.PGPASSWORD,
    database: env.PGDATABASE,
  });
  await client.connect();
  try {
    await client.query(SCHEMA);
    const { rows } = await client.query<{ orders: number }>('SELECT count(*)::int AS orders FROM orders');
    return { orders: rows[0]?.orders ?? 0 };
  } finally {
    await client.end();
  }
}
