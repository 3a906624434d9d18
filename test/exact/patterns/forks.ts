import type { Pattern } from '../../support/patterns.ts';

const LEAF = `
async function leaf(promise) { await promise; }`;

/** What runs beside its starter is a task of its own, and so is whoever waits for it: as with goroutines. */
export const forks: readonly Pattern[] = [
  {
    name: 'spawn, then join',
    source: `${LEAF}
async function outer(a) {
  const spawned = leaf(a);
  await spawned;
}
const start = (a) => outer(a);`,
    parked: [
      { at: 'leaf', tasks: 1, operation: [], callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1, callers: ['start'], line: 'await spawned' },
    ],
  },
  {
    name: 'spawn and join on one line',
    source: `${LEAF}
async function outer(a) { const spawned = leaf(a); await spawned; }
const start = (a) => outer(a);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'outer', tasks: 1, callers: ['start'] },
    ],
  },
  {
    name: 'spawn, another await, then join',
    source: `${LEAF}
async function outer(a, b) {
  const spawned = leaf(b);
  await a;
  await spawned;
}
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1, line: 'await a' },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1, line: 'await spawned' },
    ],
  },
  {
    name: 'spawn and join after a resume',
    source: `${LEAF}
async function outer(a, b) {
  await a;
  const spawned = leaf(b);
  await spawned;
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, line: 'await a' }],
    resumed: [
      { at: 'leaf', tasks: 1 },
      { at: 'outer', tasks: 1, line: 'await spawned' },
    ],
  },
  {
    name: 'two spawns, joined one after the other',
    source: `${LEAF}
async function outer(a, b) {
  const spawned = [leaf(a), leaf(b)];
  for (const one of spawned) await one;
}
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1 },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1 },
    ],
  },
  {
    name: 'spawn in a loop, join in a loop',
    source: `${LEAF}
async function outer(a, b) {
  const spawned = [];
  for (const promise of [a, a, b]) spawned.push(leaf(promise));
  for (const one of spawned) await one;
}
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 3, callers: ['outer'] },
      { at: 'outer', tasks: 1 },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'outer', tasks: 1 },
    ],
  },
  {
    name: 'a .then() on a call, joined later',
    source: `${LEAF}
async function outer(a) {
  const spawned = leaf(a).then(() => {});
  const another = new Promise(() => {});
  await spawned;
}
const start = (a) => outer(a);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'outer', tasks: 1, callers: ['start'], line: 'await spawned' },
    ],
  },
  {
    name: 'a call that is never awaited',
    source: `${LEAF}
async function outer(a, b) {
  leaf(b);
  await a;
}
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'outer', tasks: 1, line: 'await a' },
    ],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
  },
  {
    name: 'a helper that spawns and hands back an older promise',
    source: `${LEAF}
function begin(a, b) {
  leaf(b);
  return a;
}
async function outer(a, b) { await begin(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['begin', 'outer', 'start'] },
      { at: 'outer', tasks: 1, callers: ['start'] },
    ],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['begin', 'outer', 'start'] }],
  },
  {
    name: 'a helper that spawns and calls',
    source: `${LEAF}
async function work(a) { await a; }
function begin(a, b) {
  leaf(b);
  return work(a);
}
async function outer(a, b) { await begin(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['begin', 'outer', 'start'] },
      { at: 'work', tasks: 1, callers: ['begin', 'outer', 'start'] },
    ],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['begin', 'outer', 'start'] }],
  },
  {
    name: 'an async helper that spawns and awaits',
    source: `${LEAF}
async function begin(a, b) {
  leaf(b);
  await a;
}
async function outer(a, b) { await begin(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['begin', 'outer', 'start'] },
      { at: 'begin', tasks: 1, callers: ['outer', 'start'] },
    ],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['begin', 'outer', 'start'] }],
  },
  {
    name: 'a spawn from a parameter default',
    source: `${LEAF}
async function outer(a, spawned = leaf(a)) {
  await spawned;
}
const start = (a) => outer(a);`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'outer', tasks: 1, line: 'await spawned' },
    ],
  },
  {
    name: 'one shared promise',
    source: `
async function waiter(shared) { await shared; }
const start = (a, b, { shared }) => waiter(shared);`,
    parked: [{ at: 'waiter', tasks: 1, operation: [], callers: ['start'] }],
    resumed: [{ at: 'waiter', tasks: 1, operation: [], callers: ['start'] }],
  },
  {
    name: 'one shared promise, reached after a resume and through callers',
    source: `
async function waiter(a, shared) {
  await a;
  await shared;
}
async function outer(a, shared) { await waiter(a, shared); }
const start = (a, b, { shared }) => outer(a, shared);`,
    parked: [{ at: 'waiter', tasks: 1, callers: ['outer', 'start'], line: 'await a' }],
    resumed: [{ at: 'waiter', tasks: 1, callers: ['outer'], line: 'await shared' }],
  },
  {
    name: 'one call in flight that several callers share',
    source: `${LEAF}
async function user(cache, a) { await (cache.value ??= leaf(a)); }
function start(a) {
  const cache = {};
  for (let i = 0; i < 3; i++) user(cache, a);
}`,
    parked: [
      { at: 'leaf', tasks: 1, callers: ['user', 'start'] },
      { at: 'user', tasks: 2, callers: ['start'] },
    ],
  },
  {
    name: 'a call in flight that a function joins in a later run',
    source: `${LEAF}
async function user(first, cache, b) {
  await first;
  await (cache.value ??= leaf(b));
}
function start(a, b) {
  const cache = {};
  for (let i = 0; i < 2; i++) user(a, cache, b);
}`,
    parked: [{ at: 'user', tasks: 2, line: 'await first' }],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['user'] },
      { at: 'user', tasks: 1, line: 'leaf(b)' },
    ],
  },
];
