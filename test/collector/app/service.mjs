// A web service under OpenTelemetry whose requests all wait for a pool that gives nothing until it is told to: so what is
// parked, with which labels and in which span, is known exactly, and is told to the starter when the service ends.
import { exported, nextExport } from './tap.mjs';
import { createServer } from 'node:http';
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { TaskProfilerInstrumentation, withTaskLabels } from 'otel-taskprof';

const sdk = new NodeSDK({ instrumentations: [new TaskProfilerInstrumentation()] });
sdk.start();

class Pool {
  #waiting = [];

  acquire() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  releaseAll() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const pool = new Pool();
/** The requests that wait, in the service's own words. */
const held = [];
/** The interval that they waited through from its beginning to its end. */
let wholeInterval;

async function readShelf() {
  await pool.acquire();
}

async function takeStock(shelves) {
  await Promise.all(Array.from({ length: shelves }, readShelf));
}

const ROUTES = {
  /** Answers when the pool is released; `shelves` tasks wait for it, and one for them. */
  '/stock': async ({ shelves, tenant }) =>
    trace.getTracer('shop').startActiveSpan('GET /stock', { attributes: { tenant } }, async (span) => {
      const labels = { tenant, shelves: Number(shelves), vip: tenant === 'acme' };
      const { traceId, spanId } = span.spanContext();
      held.push({ tasks: Number(shelves), labels, span: { traceId, spanId } });
      await withTaskLabels(labels, () => takeStock(Number(shelves)));
      span.end();
    }),
  /** Answers when so many requests wait and have done so through a whole interval. */
  '/settled': async ({ requests }) => {
    while (held.length < Number(requests)) await nextExport();
    for (let intervals = 0; intervals < 2; intervals += 1) await nextExport();
    wholeInterval = exported.length - 1;
  },
  '/release': async () => pool.releaseAll(),
};

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  ROUTES[pathname](Object.fromEntries(searchParams)).then(() => response.end());
});

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

async function stop() {
  server.close();
  server.closeAllConnections();
  await sdk.shutdown();
  process.send({ exported, held, wholeInterval }, () => process.disconnect());
}

process.once('SIGTERM', stop);
// Its starter has gone.
process.once('disconnect', () => process.exit());
