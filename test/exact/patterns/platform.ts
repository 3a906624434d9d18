import { Script } from 'node:vm';
import type { Pattern } from '../../support/patterns.ts';

function parses(source: string): boolean {
  try {
    new Script(source);
    return true;
  } catch {
    return false;
  }
}

const AWAIT_USING: Pattern = {
  name: 'await using',
  source: `
async function outer(a, b) {
  {
    await using resource = { async [Symbol.asyncDispose]() { await a; } };
  }
  await b;
}
const start = (a, b) => outer(a, b);`,
  parked: [{ at: '[Symbol.asyncDispose]', tasks: 1, line: 'await using' }],
  resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'await b' }],
};

/** What the language and Node give to work with promises, beyond async functions and combinators. */
export const platform: readonly Pattern[] = [
  {
    name: 'Array.fromAsync',
    source: `
async function leaf(promise) { await promise; }
async function outer(a, b) {
  await Array.fromAsync([leaf(a), leaf(b)]);
}
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['outer'] },
      { at: 'outer', tasks: 1, line: 'fromAsync' },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'outer', tasks: 1, line: 'fromAsync' },
    ],
  },
  // Node 22 does not know it yet.
  ...(parses(`async () => { await using none = null; };`) ? [AWAIT_USING] : []),
  {
    name: 'pipeline of streams',
    count: 100,
    source: `
const { Readable, Writable } = process.getBuiltinModule('node:stream');
const { pipeline } = process.getBuiltinModule('node:stream/promises');
async function outer(a, b) {
  const source = new Readable({ read() {} });
  a.then(() => source.push(null));
  await pipeline(source, new Writable({ write(chunk, encoding, done) { done(); } }));
  await b;
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, line: 'await pipeline' }],
    resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'an interval of timers/promises',
    count: 100,
    source: `
const { setInterval } = process.getBuiltinModule('node:timers/promises');
async function outer(a, b) {
  const { signal } = ending(a);
  try {
    for await (const value of setInterval(3_600_000, undefined, { ref: false, signal })) void value;
  } catch {
    await b;
  }
}
function ending(promise) {
  const controller = new AbortController();
  promise.then(() => controller.abort());
  return controller;
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'setInterval', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'outer', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'an event that resumes others',
    source: `
const { EventEmitter } = process.getBuiltinModule('node:events');
const next = (emitter) => new Promise((resolve) => emitter.once('next', resolve));
async function waiter(emitter, b) {
  await next(emitter);
  await b;
}
async function waker(emitter, a, b) {
  await a;
  emitter.emit('next');
  await b;
}
function start(a, b) {
  const emitter = new EventEmitter();
  waiter(emitter, b);
  waker(emitter, a, b);
}`,
    parked: [
      { at: 'waiter', tasks: 1, operation: ['next'], line: 'await next' },
      { at: 'waker', tasks: 1, operation: [], line: 'await a' },
    ],
    resumed: [
      { at: 'waiter', tasks: 1, operation: [], line: 'await b' },
      { at: 'waker', tasks: 1, operation: [], line: 'await b' },
    ],
  },
  {
    name: 'a started promise that is awaited much later',
    source: `
async function leaf(a, b) {
  await a;
  await b;
}
async function outer(a, b) {
  const started = leaf(a, b);
  for (let i = 0; i < 3; i++) await null;
  await a;
  await started;
}
const start = (a, b) => outer(a, b);`,
    atOnce: [
      { at: 'leaf', tasks: 1, line: 'await a' },
      { at: 'outer', tasks: 1, line: 'await null' },
    ],
    parked: [
      { at: 'leaf', tasks: 1, line: 'await a' },
      { at: 'outer', tasks: 1, line: 'await a' },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, line: 'await b' },
      { at: 'outer', tasks: 1, line: 'await started' },
    ],
  },
  {
    name: 'races whose losers stay pending',
    source: `
async function leaf(promise) { await promise; }
async function outer(a, b) {
  await Promise.race([leaf(a), leaf(b)]);
  await Promise.race([leaf(b), leaf(b)]);
}
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2 },
      { at: 'outer', tasks: 1 },
    ],
    resumed: [
      { at: 'leaf', tasks: 3 },
      { at: 'outer', tasks: 1 },
    ],
  },
  {
    name: 'a promise that is locked to another',
    source: `
async function outer(a, b) {
  await new Promise((resolve) => resolve(a));
  await new Promise((resolve) => resolve(b));
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, callers: ['start'], line: 'resolve(a)' }],
    resumed: [{ at: 'outer', tasks: 1, line: 'resolve(b)' }],
  },
  {
    name: 'a promise that is locked to one that is locked to a third',
    source: `
const locked = (promise) => new Promise((resolve) => resolve(promise));
async function outer(a) { await locked(locked(a)); }
const start = (a) => outer(a);`,
    parked: [{ at: 'outer', tasks: 1, operation: ['locked'], callers: ['start'] }],
  },
  {
    name: 'a .then() whose callback gives another promise',
    source: `
async function outer(a, b) { await a.then(() => b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, callers: ['start'] }],
    resumed: [{ at: 'outer', tasks: 1, callers: ['start'] }],
  },
  {
    name: 'a .then() whose callback calls an async function',
    source: `
async function leaf(promise) { await promise; }
async function outer(a, b) { await a.then(() => leaf(b)); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, callers: ['start'] }],
    resumed: [
      { at: 'outer', tasks: 1, callers: ['start'] },
      { at: 'leaf', tasks: 1 },
    ],
  },
  {
    name: 'awaits after a finally that awaited',
    source: `
async function leaf(promise) { await promise; }
async function outer(a, b) {
  try {
    await leaf(a);
  } finally {
    await null;
  }
  await leaf(b);
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['outer', 'start'] }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
  },
];
