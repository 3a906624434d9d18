import assert from 'node:assert/strict';
import { guessAwaitIndex, stackLines } from '../../../examples/receiver/stack-lines.ts';
import { ownerOf } from '../../../src/base/package-path.ts';
import { at } from './shop-profile.ts';

const PG_POOL = '/app/node_modules/pg-pool/index.js';
const INSTRUMENTATION = 'file:///app/node_modules/@opentelemetry/instrumentation-pg/dist/index.mjs';
const FASTIFY = '/app/node_modules/fastify/lib/handle-request.js';
const find = at('findOrders', 'file:///app/src/repository.ts', 7);
const list = at('listOrders', 'file:///app/src/routes.ts', 9);

const texts = (...args: Parameters<typeof stackLines>) =>
  stackLines(...args).map(({ role, name, place }) => `${role} ${name} ${place}`.trimEnd());

describe('stack lines', () => {
  it('show the call into a package, then the await, then the callers', () => {
    const stack = [at('promisify', PG_POOL, 30), at('BoundPool.connect', PG_POOL, 45), find, list];
    assert.deepEqual(texts(stack, 2), [
      'operation BoundPool.connect pg-pool/index.js:45',
      'await findOrders src/repository.ts:7',
      'caller listOrders src/routes.ts:9',
    ]);
  });

  it('leave instrumentation and builtins out of the operation', () => {
    const stack = [
      at('new Promise', '', 0),
      at('BoundPool.connect', PG_POOL, 45),
      at('AsyncLocalStorage.run', 'node:internal/async_local_storage/async_hooks', 1),
      at('connect', INSTRUMENTATION, 3),
      find,
    ];
    assert.deepEqual(texts(stack, 4), [
      'operation BoundPool.connect pg-pool/index.js:45',
      'await findOrders src/repository.ts:7',
    ]);
  });

  it("show Node's own function where that is all there is of the operation", () => {
    const timer = at('setTimeout', 'node:timers/promises', 50);
    assert.equal(texts([timer, find], 1)[0], 'operation setTimeout node:timers/promises:50');
    const internal = at('open', 'node:internal/fs/promises', 9);
    assert.equal(texts([internal, find], 1)[0], 'operation open node:internal/fs/promises:9');
  });

  it('show every function of the application in the operation', () => {
    const helpers = [at('inner', '/app/src/a.ts', 1), at('outer', '/app/src/a.ts', 2)];
    assert.deepEqual(texts([...helpers, find], 2).slice(0, 2), [
      'operation inner src/a.ts:1',
      'operation outer src/a.ts:2',
    ]);
  });

  it('fold packages and Node between callers, and drop them below the last caller', () => {
    const stack = [
      find,
      at('hook', FASTIFY, 1),
      at('emit', 'node:events', 2),
      at('run', FASTIFY, 3),
      list,
      at('next', FASTIFY, 4),
      find,
      at('handle', FASTIFY, 5),
    ];
    assert.deepEqual(texts(stack, 0), [
      'await findOrders src/repository.ts:7',
      'folded ... 3 frames of fastify, node',
      'caller listOrders src/routes.ts:9',
      'folded ... 1 frame of fastify',
      'caller findOrders src/repository.ts:7',
    ]);
  });

  it('show the await itself wherever it is', () => {
    assert.deepEqual(texts([at('', FASTIFY, 8)], 0), ['await <anonymous> fastify/lib/handle-request.js:8']);
  });

  it('know the package of a frame, scoped and nested ones too', () => {
    assert.equal(ownerOf(at('f', '/a/node_modules/x/node_modules/@scope/y/z.js', 1)), '@scope/y');
    assert.equal(ownerOf(at('f', 'node:fs', 1)), 'node');
    assert.equal(ownerOf(at('f', 'file:///app/x.ts', 1)), undefined);
  });

  it("take the application's first frame for the await where a profile does not say which", () => {
    assert.equal(guessAwaitIndex([at('connect', PG_POOL, 1), find, list]), 1);
    assert.equal(guessAwaitIndex([at('connect', PG_POOL, 1)]), 0);
  });
});
