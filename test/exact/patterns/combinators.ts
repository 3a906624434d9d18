import type { Pattern } from '../../support/patterns.ts';

const LEAF = `
async function leaf(promise) { await promise; }`;

const joinOf = (line: string) => ({ at: 'outer', tasks: 1, operation: [], callers: ['start'], line });
const leaves = (tasks: number) => ({ at: 'leaf', tasks, operation: [], callers: ['outer', 'start'] });

const fanOut = [
  { at: 'leaf', tasks: 10_000, operation: [] },
  { at: 'outer', tasks: 1, operation: [], line: 'await Promise.all' },
];

/** A combinator runs its calls beside each other: a task for each of them, and one for whoever joins them. */
function combinator(name: string, expression: string, whileParked: number, whileResumed: number | 'settled'): Pattern {
  return {
    name,
    source: `${LEAF}
async function outer(a, b) { await ${expression}; }
const start = (a, b) => outer(a, b);`,
    parked: [leaves(whileParked), joinOf('await Promise.')],
    resumed: whileResumed === 'settled' ? [leaves(1)] : [leaves(whileResumed), joinOf('await Promise.')],
  };
}

export const combinators: readonly Pattern[] = [
  combinator('Promise.all', 'Promise.all([leaf(a), leaf(b)])', 2, 1),
  combinator('Promise.allSettled', 'Promise.allSettled([leaf(a), leaf(b)])', 2, 1),
  combinator('Promise.race', 'Promise.race([leaf(a), leaf(b)])', 2, 'settled'),
  combinator('Promise.any', 'Promise.any([leaf(a), leaf(b)])', 2, 'settled'),
  combinator('Promise.all of three with a .then()', 'Promise.all([leaf(a), leaf(a).then(() => 1), leaf(b)])', 3, 1),
  combinator('Promise.all with a .finally() on it', 'Promise.all([leaf(a), leaf(b)]).finally(() => {})', 2, 1),
  combinator('Promise.all of Promise.all', 'Promise.all([leaf(a), Promise.all([leaf(a), leaf(b)])])', 3, 1),
  combinator('Promise.race of Promise.all', 'Promise.race([Promise.all([leaf(a), leaf(a)]), leaf(b)])', 3, 'settled'),
  combinator('Promise.all of mapped calls', 'Promise.all([a, a, a, b].map(leaf))', 4, 1),
  {
    name: 'Promise.all of plain promises',
    source: `
async function outer(a, b) { await Promise.all([a, b]); }
const start = (a, b) => outer(a, b);`,
    parked: [joinOf('await Promise.all')],
    resumed: [joinOf('await Promise.all')],
  },
  {
    name: 'Promise.all of one call',
    source: `${LEAF}
async function outer(a) { await Promise.all([leaf(a)]); }
const start = (a) => outer(a);`,
    parked: [leaves(1), joinOf('await Promise.all')],
  },
  {
    name: 'Promise.all in an async helper',
    source: `${LEAF}
async function both(a, b) { await Promise.all([leaf(a), leaf(b)]); }
async function outer(a, b) { await both(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['both', 'outer', 'start'] },
      { at: 'both', tasks: 1, operation: [], callers: ['outer', 'start'] },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['both', 'outer', 'start'] },
      { at: 'both', tasks: 1, operation: [], callers: ['outer', 'start'] },
    ],
  },
  {
    name: 'Promise.all that an async helper returns without await',
    source: `${LEAF}
async function both(a, b) { return Promise.all([leaf(a), leaf(b)]); }
async function outer(a, b) { await both(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['both', 'outer', 'start'] },
      { at: 'outer', tasks: 1, callers: ['start'] },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['both', 'outer', 'start'] },
      { at: 'outer', tasks: 1, callers: ['start'] },
    ],
  },
  {
    name: 'Promise.all that a plain helper returns',
    source: `${LEAF}
const both = (a, b) => Promise.all([leaf(a), leaf(b)]);
async function outer(a, b) { await both(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['both', 'outer', 'start'] },
      { at: 'outer', tasks: 1, operation: ['both'], callers: ['start'] },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['both', 'outer', 'start'] },
      { at: 'outer', tasks: 1, operation: ['both'], callers: ['start'] },
    ],
  },
  {
    name: 'Promise.all nested through async functions',
    source: `${LEAF}
async function inner(a, b) { await Promise.all([leaf(a), leaf(b)]); }
async function outer(a, b) { await Promise.all([inner(a, b), leaf(b)]); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['inner', 'outer'] },
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'inner', tasks: 1, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1, callers: ['start'] },
    ],
    resumed: [
      { at: 'leaf', tasks: 1, callers: ['inner', 'outer'] },
      { at: 'leaf', tasks: 1, callers: ['outer'] },
      { at: 'inner', tasks: 1, callers: ['outer', 'start'] },
      { at: 'outer', tasks: 1, callers: ['start'] },
    ],
  },
  {
    name: 'Promise.all after a resume',
    source: `${LEAF}
async function outer(a, b) {
  await a;
  await Promise.all([leaf(b), leaf(b)]);
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'outer', tasks: 1, line: 'await a' }],
    resumed: [
      { at: 'leaf', tasks: 2, callers: ['outer'] },
      { at: 'outer', tasks: 1, line: 'Promise.all' },
    ],
  },
  {
    name: 'Promise.all with a .then() on it, one of whose parts is settled',
    source: `
async function nothing() {}
async function outer(a) { await Promise.all([a, nothing()]).then(() => {}); }
const start = (a) => outer(a);`,
    parked: [{ at: 'outer', tasks: 1, operation: [], callers: ['start'] }],
  },
  {
    name: 'Promise.all whose calls park again',
    source: `
async function leaf(a, b) {
  await a;
  await b;
}
async function outer(a, b) { await Promise.all([leaf(a, b), leaf(a, b)]); }
const start = (a, b) => outer(a, b);`,
    parked: [
      { at: 'leaf', tasks: 2, callers: ['outer'], line: 'await a' },
      { at: 'outer', tasks: 1 },
    ],
    resumed: [
      { at: 'leaf', tasks: 2, callers: ['outer'], line: 'await b' },
      { at: 'outer', tasks: 1 },
    ],
  },
  {
    name: 'a fan-out of 10,000',
    count: 1,
    source: `${LEAF}
async function outer(b) { await Promise.all(Array.from({ length: 10_000 }, () => leaf(b))); }
const start = (a, b) => outer(b);`,
    parked: fanOut,
    resumed: fanOut,
  },
];
