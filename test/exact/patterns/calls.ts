import type { Pattern } from '../../support/patterns.ts';

/** Async functions that call async functions: one task however deep, because the innermost park stands for its callers. */
export const calls: readonly Pattern[] = [
  {
    name: 'nested direct awaits',
    source: `
async function leaf(a) { await a; }
async function middle(a) { await leaf(a); }
async function outer(a) { await middle(a); }
const start = (a) => outer(a);`,
    parked: [{ at: 'leaf', tasks: 1, operation: [], callers: ['middle', 'outer', 'start'], line: 'await a' }],
  },
  {
    name: 'a second await',
    source: `
async function leaf(a, b) {
  await a;
  await b;
}
async function outer(a, b) { await leaf(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer', 'start'], line: 'await a' }],
    resumed: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await b' }],
  },
  {
    name: 'later awaits in a loop',
    source: `
async function leaf(...promises) { for (const promise of promises) await promise; }
async function outer(a, b) { await leaf(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'] }],
    resumed: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'] }],
  },
  {
    name: 'one call after the other',
    source: `
async function first(a) { await a; }
async function second(b) { await b; }
async function outer(a, b) {
  await first(a);
  await second(b);
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'first', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'second', tasks: 1, callers: ['outer'] }],
  },
  {
    name: 'a new level of calls after a resume',
    source: `
async function leaf(b) { await b; }
async function middle(a, b) { await a; await leaf(b); }
async function outer(a, b) { await middle(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'middle', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['middle', 'outer'] }],
  },
  {
    name: 'two calls in one expression',
    source: `
async function leaf(promise) { await promise; return 1; }
async function outer(a, b) { return (await leaf(a)) + (await leaf(b)); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
  },
  {
    name: 'a call inside of an argument, a conditional and an assignment',
    source: `
async function leaf(promise) { await promise; return 1; }
const use = (value) => value;
async function outer(a, b) {
  use(await (a === null ? undefined : leaf(a)));
  let kept;
  await (kept = leaf(b));
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
  },
  {
    name: 'return promise without await',
    source: `
async function leaf(a, b) {
  await a;
  await b;
}
async function passing(a, b) { return leaf(a, b); }
async function outer(a, b) { await passing(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, operation: [], callers: ['passing', 'outer'], line: 'await a' }],
    resumed: [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await b' }],
  },
  {
    name: 'return promise after an await',
    source: `
async function leaf(b) { await b; }
async function passing(a, b) { await a; return leaf(b); }
async function outer(a, b) { await passing(a, b); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'passing', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'leaf', tasks: 1 }],
  },
  {
    name: 'return await',
    source: `
async function leaf(a) { await a; }
async function outer(a) { return await leaf(a); }
const start = (a) => outer(a);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['outer'] }],
  },
  {
    name: 'try, catch and finally that await',
    source: `
async function failing(a) { await a; throw new Error('expected'); }
async function handle(b) { await b; }
async function outer(a, b) {
  try { await failing(a); } catch { await handle(b); } finally { await undefined; }
}
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'failing', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'handle', tasks: 1, callers: ['outer'] }],
  },
  {
    name: 'a cleanup in finally',
    source: `
async function work(a) { await a; }
async function cleanup(b) { await b; }
async function outer(a, b) { try { return await work(a); } finally { await cleanup(b); } }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'work', tasks: 1, callers: ['outer'] }],
    resumed: [{ at: 'cleanup', tasks: 1, callers: ['outer'] }],
  },
];
