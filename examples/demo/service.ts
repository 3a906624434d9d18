import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { OrderRepository } from './repository.ts';
import { OrderService } from './orders.ts';
import { createPool } from './pool.ts';
import { registerRoutes } from './routes.ts';
import { sdk } from './telemetry.ts';
import { Waiters } from './waiters.ts';

const pool = createPool();
const waiters = new Waiters();
const app = Fastify({ forceCloseConnections: true });
registerRoutes(app, new OrderService(new OrderRepository(pool, waiters)), waiters);

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: (app.server.address() as AddressInfo).port });

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await app.close();
  await pool.end();
  await sdk.shutdown();
  if (process.connected) process.disconnect();
}

process.on('SIGTERM', () => void stop());
// Its starter has gone without a SIGTERM.
process.on('disconnect', () => void stop());
