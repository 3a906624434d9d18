import type { Pattern } from '../../support/patterns.ts';

const LEAF = `
async function leaf(promise) { await promise; }`;

/** Calls and joins that look alike, and code that passes promises from one function to another. */
export const joins: readonly Pattern[] = [
  {
    name: 'spawn and join in one declaration',
    source: `${LEAF}
async function outer(a) { const spawned = leaf(a), value = await spawned; }
const start = (a) => outer(a);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'outer', tasks: 1, callers: ['start'] },
    ],
  },
  {
    name: 'a call behind &&',
    source: `${LEAF}
async function outer(a) { await (a && leaf(a)); }
const start = (a) => outer(a);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['outer', 'start'] }],
  },
  {
    name: 'a call whose argument is a call',
    source: `${LEAF}
async function second(value, b) { await b; }
async function outer(a, b) { await second(await leaf(a), b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'second', tasks: 1, callers: ['outer'] }],
  },
  {
    name: 'a worker that is raced again and again',
    source: `${LEAF}
async function outer(a, b) {
  const worker = leaf(b);
  for (const promise of [a, b]) await Promise.race([worker, promise]);
}
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1, line: 'Promise.race' },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1, line: 'Promise.race' },
    ],
  },
  {
    name: 'an async executor of an awaited new Promise',
    source: `${LEAF}
async function outer(a) { await new Promise(async function executor(resolve) { resolve(await leaf(a)); }); }
const start = (a) => outer(a);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['executor', 'outer', 'start'] },
      { at: 'outer', tasks: 1, operation: [], callers: ['start'] },
    ],
  },
  {
    name: 'a mutex: one holds it, the others queue',
    source: `
class Mutex {
  #last = Promise.resolve();
  run(task) {
    const done = this.#last.then(task);
    this.#last = done.catch(() => {});
    return done;
  }
}
async function outer(mutex, promise) { await mutex.run(async function held() { await promise; }); }
function start(a, b) {
  const mutex = new Mutex();
  outer(mutex, a);
  outer(mutex, b);
}`,
    atOnce: [{ at: 'outer', tasks: 2, callers: ['start'] }],
    parked: [
      { at: 'outer', tasks: 2, callers: ['start'] },
      { at: 'held', tasks: 1 },
    ],
    resumed: [
      { at: 'outer', tasks: 1, callers: ['start'] },
      { at: 'held', tasks: 1 },
    ],
  },
];
