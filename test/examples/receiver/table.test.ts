import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { renderLine } from '../../../examples/receiver/styled-text.ts';
import { tableLines } from '../../../examples/receiver/table.ts';
import { at, shopProfile, type ShopSample } from './shop-profile.ts';

const GOLDEN = new URL('table.golden.txt', import.meta.url);

const connect = at('BoundPool.connect', '/app/node_modules/pg-pool/index.js', 45);
const query = at('Client.query', '/app/node_modules/pg/lib/client.js', 689);
const withClient = at('Orders.withClient', 'file:///app/src/repository.ts', 7);
const list = at('listOrders', 'file:///app/src/routes.ts', 20);
const show = at('showOrder', 'file:///app/src/routes.ts', 30);
const fastify = at('handle', '/app/node_modules/fastify/lib/handle-request.js', 4);

const SPANS: Readonly<Record<string, string>> = { s1: 'GET /orders', s2: 'GET /orders', s3: 'GET /orders/:id' };
const options = {
  resource: { 'service.name': 'shop' },
  spanOf: ({ spanId }: { spanId: string }) => (SPANS[spanId] === undefined ? undefined : { name: SPANS[spanId] }),
};

const SAMPLES: readonly ShopSample[] = [
  { stack: [query, withClient, show], awaitIndex: 1, tasks: 4, standardError: 1, oldestWaitMillis: 3.2, spanId: 's3' },
  {
    stack: [connect, withClient, list],
    awaitIndex: 1,
    tasks: 60,
    standardError: 3,
    oldestWaitMillis: 512,
    spanId: 's1',
  },
  {
    stack: [connect, withClient, list, fastify],
    awaitIndex: 1,
    tasks: 20,
    standardError: 4,
    oldestWaitMillis: 1250,
    spanId: 's2',
  },
  { stack: [connect, withClient, list], awaitIndex: 1, tasks: 20, spanId: 'unknown' },
  { stack: [connect, withClient, show], awaitIndex: 1, tasks: 30, spanId: 's3', attributes: { tier: 'gold' } },
  { stack: [connect, withClient, show], awaitIndex: 1, tasks: 10, spanId: 's3', attributes: { tier: 'basic' } },
  { stack: [at('tick', 'file:///app/src/clock.ts', 1)], awaitIndex: 0, tasks: 0.5 },
  { stack: [at('rare', 'file:///app/src/clock.ts', 2)], awaitIndex: 0, tasks: 0.04 },
];

function text(samples: readonly ShopSample[], columns = Infinity, maxLines = Infinity, attributes = {}): string[] {
  const lines = tableLines(shopProfile(samples, attributes), { ...options, maxLines });
  return lines.map((line) => renderLine(line, { columns, colour: false }));
}

describe('table of parked tasks', () => {
  it('is the golden one (UPDATE_GOLDENS=1 rewrites it)', () => {
    const table = `${text(SAMPLES).join('\n')}\n`;
    if (process.env.UPDATE_GOLDENS) writeFileSync(GOLDEN, table);
    assert.equal(table, readFileSync(GOLDEN, 'utf8'));
  });

  it('shows a standard error where it exceeds a tenth of the count', () => {
    const table = (standardError: number) => text([{ ...SAMPLES[1]!, tasks: 50, standardError }]).join('\n');
    assert.match(table(5), /^50\.0 +100/m);
    assert.match(table(5.1), /^50\.0 ±5\.1 +100/m);
  });

  it('adds the variances of the samples of a stack', () => {
    const samples = [3, 4].map((standardError) => ({ ...SAMPLES[1]!, tasks: 10, standardError }));
    assert.match(text(samples).join('\n'), /20\.0 ±5\.0/);
  });

  it('falls back to the values where the profile says nothing more of its samples', () => {
    const profile = { ...shopProfile(SAMPLES.slice(0, 2)), attributes: {} };
    const table = tableLines(profile, options).map((line) => renderLine(line, { columns: 120, colour: false }));
    assert.match(table.join('\n'), /60\.0 +93\.8 % +- +BoundPool\.connect \(pg-pool\)/);
    assert.match(table.join('\n'), /await in Orders\.withClient +src\/repository\.ts:7/);
  });

  it('fits in the lines there are, one stack at least, and counts the rest', () => {
    const whole = text(SAMPLES).length;
    for (let maxLines = 1; maxLines < whole; maxLines += 1) {
      const table = text(SAMPLES, Infinity, maxLines);
      assert.match(table.at(-1)!, /in \d more stacks?$/);
      assert.ok(table.length <= Math.max(maxLines, 20), `${table.length} lines where ${maxLines} fit`);
    }
  });

  it('is no wider than the columns there are', () => {
    const table = text(SAMPLES, 40);
    assert.equal(Math.max(...table.map((line) => line.length)), 40);
    assert.ok(table.some((line) => line.endsWith('…')));
  });

  it('says that no task is parked where there is no sample', () => {
    assert.deepEqual(text([]).at(-1), 'No task is parked.');
  });

  it('says how the tasks were sampled, and of which moment or interval they are', () => {
    assert.match(text(SAMPLES)[1]!, /mean over 5\.00 s$/);
    const sampled = text(SAMPLES, 100, 100, {
      'taskprof.sampling_probability': 0.01234,
      'taskprof.tasks.standard_error': 20,
    });
    assert.match(sampled[0]!, /^144\.5 ±20\.0 tasks parked in shop/);
    assert.match(sampled[1]!, /sampled with probability 0\.012$/);
    const exact = text(SAMPLES, 100, 100, { 'taskprof.sampling_probability': 1, 'taskprof.view': 'instant' });
    assert.match(exact[1]!, /at this moment, every task seen$/);
  });
});
