import type { Pattern } from '../../support/patterns.ts';

/** `for await` calls `next()`: where that is an async generator or function, it is a call like any other. */
export const iteration: readonly Pattern[] = [
  {
    name: 'for await over an async generator',
    source: `
async function* generate(a, b) {
  await a;
  yield 1;
  yield 2;
  await b;
}
async function consume(a, b) { for await (const value of generate(a, b)) void value; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'generate', tasks: 1, operation: [], callers: ['consume'], line: 'await a' }],
    resumed: [{ at: 'generate', tasks: 1, operation: [], callers: ['consume'], line: 'await b' }],
  },
  {
    name: 'an async generator that yields promises',
    source: `
async function* generate(a, b) {
  yield a;
  yield b;
}
async function consume(a, b) { for await (const value of generate(a, b)) void value; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'generate', tasks: 1, callers: ['consume'], line: 'yield a' }],
    resumed: [{ at: 'generate', tasks: 1, callers: ['consume'], line: 'yield b' }],
  },
  {
    name: 'an async generator that calls',
    source: `
async function leaf(promise) { await promise; return 1; }
async function* generate(a, b) {
  yield await leaf(a);
  yield await leaf(b);
}
async function consume(a, b) { for await (const value of generate(a, b)) void value; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['generate', 'consume'] }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['generate', 'consume'] }],
  },
  {
    name: 'a loop body of for await that awaits',
    source: `
async function* generate() { yield 1; }
async function consume(a, b) {
  for await (const value of generate()) await a;
  await b;
}
const start = (a, b) => consume(a, b);`,
    atOnce: [{ at: 'generate', tasks: 1, callers: ['consume'], line: 'yield 1' }],
    parked: [{ at: 'consume', tasks: 1, operation: [], line: 'await a' }],
    resumed: [{ at: 'consume', tasks: 1, operation: [], line: 'await b' }],
  },
  {
    name: 'yield* to another async generator',
    source: `
async function* inner(a, b) {
  await a;
  yield 1;
  await b;
}
async function* generate(a, b) { yield* inner(a, b); }
async function consume(a, b) { for await (const value of generate(a, b)) void value; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'inner', tasks: 1, line: 'await a' }],
    resumed: [{ at: 'inner', tasks: 1, line: 'await b' }],
  },
  {
    name: 'next() of an async generator, called by hand',
    source: `
async function* generate(a, b) {
  await a;
  yield 1;
  await b;
}
async function consume(a, b) {
  const values = generate(a, b);
  await values.next();
  await values.next();
}
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'generate', tasks: 1, callers: ['consume'], line: 'await a' }],
    resumed: [{ at: 'generate', tasks: 1, callers: ['consume'], line: 'await b' }],
  },
  {
    name: 'break out of an async generator that cleans up',
    source: `
async function* generate(a, b) {
  try {
    await a;
    yield 1;
  } finally {
    await b;
  }
}
async function consume(a, b) { for await (const value of generate(a, b)) break; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'generate', tasks: 1, callers: ['consume'], line: 'await a' }],
    // V8 does not find the callers here: return() has resumed the generator by an await of its own.
    resumed: [{ at: 'generate', tasks: 1, line: 'await b' }],
  },
  {
    name: 'for await over an array of promises',
    source: `
async function consume(a, b) { for await (const value of [a, b]) void value; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'consume', tasks: 1, operation: [] }],
    resumed: [{ at: 'consume', tasks: 1, operation: [] }],
  },
  {
    name: 'for await over an array of calls',
    source: `
async function leaf(promise) { await promise; }
async function consume(a, b) {
  const spawned = [leaf(a), leaf(b)];
  for await (const value of spawned) void value;
}
const start = (a, b) => consume(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['consume', 'start'] },
      { at: 'consume', tasks: 1, operation: [] },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['consume', 'start'] },
      { at: 'consume', tasks: 1, operation: [] },
    ],
  },
  {
    name: 'an iterator whose next() is an async function',
    source: `
class Source {
  #promises;
  constructor(...promises) { this.#promises = promises; }
  [Symbol.asyncIterator]() { return this; }
  async next() {
    const promise = this.#promises.shift();
    await promise;
    return { done: promise === undefined, value: 1 };
  }
}
async function consume(a, b) { for await (const value of new Source(a, b)) void value; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'next', tasks: 1, operation: [], callers: ['consume'] }],
    resumed: [{ at: 'next', tasks: 1, operation: [], callers: ['consume'] }],
  },
  {
    name: 'an iterator whose next() is no async function',
    source: `
class Source {
  #promises;
  constructor(...promises) { this.#promises = promises; }
  [Symbol.asyncIterator]() { return this; }
  next() {
    const promise = this.#promises.shift();
    return Promise.resolve(promise).then(() => ({ done: promise === undefined, value: 1 }));
  }
}
async function consume(a, b) { for await (const value of new Source(a, b)) void value; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'consume', tasks: 1 }],
    resumed: [{ at: 'consume', tasks: 1 }],
  },
];
