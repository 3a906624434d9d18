import type { Pattern } from '../../support/patterns.ts';

/** Awaits of things that are no native promises, and promises from other places than async functions. */
export const values: readonly Pattern[] = [
  {
    name: 'await of plain values in a loop',
    source: `
async function outer(a, b) {
  for (const value of [1, 'two', null, {}]) await value;
  await a;
  for (let i = 0; i < 3; i++) await i;
  await b;
}
const start = (a, b) => outer(a, b);`,
    atOnce: [{ at: 'outer', tasks: 1, operation: [], callers: ['start'], line: 'await value' }],
    parked: [{ at: 'outer', tasks: 1, operation: [], line: 'await a' }],
    resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'await of a plain value below callers',
    source: `
async function leaf(a) {
  await undefined;
  await a;
}
async function outer(a) { await leaf(a); }
const start = (a) => outer(a);`,
    atOnce: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer', 'start'], line: 'await undefined' }],
    parked: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await a' }],
  },
  {
    name: 'await of a promise that is already fulfilled',
    source: `
async function leaf(a) {
  await Promise.resolve(1);
  await a;
}
async function outer(a) { await leaf(a); }
const start = (a) => outer(a);`,
    atOnce: [{ at: 'leaf', tasks: 1, callers: ['outer', 'start'], line: 'await Promise' }],
    parked: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await a' }],
  },
  {
    name: 'await of an async function that never parks',
    source: `
async function nothing() {}
async function outer(a) {
  await nothing();
  await a;
}
const start = (a) => outer(a);`,
    atOnce: [{ at: 'outer', tasks: 1, callers: ['start'], line: 'await nothing' }],
    parked: [{ at: 'outer', tasks: 1, operation: [], line: 'await a' }],
  },
  {
    name: 'thenables that are no promises',
    source: `
const thenable = (promise) => ({ then(resolve) { promise.then(resolve); } });
async function outer(a, b) {
  await thenable(a);
  await thenable(b);
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, operation: [], callers: ['start'], line: 'thenable(a)' }],
    resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'thenable(b)' }],
  },
  {
    name: 'a lazy query: a thenable that works in then()',
    source: `
class Query {
  #promise;
  constructor(promise) { this.#promise = promise; }
  async run() { await this.#promise; }
  then(onFulfilled, onRejected) { return this.run().then(onFulfilled, onRejected); }
}
async function outer(a) { await new Query(a); }
const start = (a) => outer(a);`,
    atOnce: [{ at: 'outer', tasks: 1, callers: ['start'], line: 'new Query' }],
    parked: [
      { at: 'outer', tasks: 1, callers: ['start'], line: 'new Query' },
      { at: 'run', tasks: 1 },
    ],
  },
  {
    name: 'a subclass of Promise',
    source: `
class Deferred extends Promise {}
async function outer(a, b) {
  await new Deferred((resolve) => a.then(resolve));
  await Deferred.resolve(b).then(() => {});
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, callers: ['start'], line: 'await new Deferred' }],
    resumed: [{ at: 'outer', tasks: 1, line: 'await Deferred.resolve' }],
  },
  {
    name: 'a promise of another realm',
    source: `
const { runInNewContext } = process.getBuiltinModule('node:vm');
const ForeignPromise = runInNewContext('Promise');
async function outer(a) { await new ForeignPromise((resolve) => a.then(resolve)); }
const start = (a) => outer(a);`,
    parked: [{ at: 'outer', tasks: 1, callers: ['start'] }],
  },
  {
    name: 'new Promise in the await',
    source: `
async function outer(a, b) {
  await new Promise((resolve) => a.then(resolve));
  await b;
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, operation: [], callers: ['start'], line: 'new Promise' }],
    resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'new Promise in a helper',
    source: `
const until = (promise) => new Promise((resolve) => promise.then(resolve));
async function outer(a, b) {
  await until(a);
  await until(b).finally(() => {});
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, operation: ['until'], callers: ['start'], line: 'until(a)' }],
    resumed: [{ at: 'outer', tasks: 1, operation: ['until'], line: 'until(b)' }],
  },
  {
    name: 'Promise.withResolvers',
    source: `
async function outer(a, b) {
  const { promise, resolve } = Promise.withResolvers();
  a.then(resolve);
  await promise;
  await b;
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, operation: [], callers: ['start'], line: 'await promise' }],
    resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'a frozen promise',
    source: `
async function leaf(a) { await Object.freeze(new Promise((resolve) => a.then(resolve))); }
async function outer(a) { await Object.freeze(leaf(a)); }
const start = (a) => outer(a);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['outer', 'start'] }],
  },
  {
    name: 'a rejection that is caught',
    source: `
const failing = (promise) => promise.then(() => Promise.reject(new Error('expected')));
async function outer(a, b) {
  try { await failing(a); } catch { await b; }
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, callers: ['start'], line: 'failing(a)' }],
    resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'await b' }],
  },
];
