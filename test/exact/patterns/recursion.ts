import type { Pattern } from '../../support/patterns.ts';

const DESCEND = `
async function descend(depth, a, b) {
  if (depth > 0) {
    await descend(depth - 1, a, b);
    return;
  }
  await a;
  await b;
}`;

function descent(depth: number, count: number): Pattern {
  const callers = Array.from({ length: Math.min(depth, 40) }, () => 'descend');
  return {
    name: `recursion ${depth} deep`,
    count,
    source: `${DESCEND}
const start = (a, b) => descend(${depth}, a, b);`,
    parked: [{ at: 'descend', tasks: 1, operation: [], callers, line: 'await a' }],
    resumed: [{ at: 'descend', tasks: 1, operation: [], callers, line: 'await b' }],
  };
}

/** Recursion is nested calls, whose frames are equal: only where they end tells them apart. */
export const recursion: readonly Pattern[] = [
  descent(1, 1000),
  descent(20, 200),
  descent(63, 50),
  descent(64, 50),
  descent(65, 50),
  descent(200, 25),
  {
    name: 'recursion that awaits at every level on the way back',
    source: `
async function climb(depth, a, b) {
  if (depth > 0) await climb(depth - 1, a, b);
  else await a;
  if (depth === 2) await b;
}
const start = (a, b) => climb(5, a, b);`,
    parked: [
      { at: 'climb', tasks: 1, callers: ['climb', 'climb', 'climb', 'climb', 'climb', 'start'], line: 'await a' },
    ],
    resumed: [{ at: 'climb', tasks: 1, callers: ['climb', 'climb', 'climb'], line: 'await b' }],
  },
  {
    name: 'mutual recursion',
    source: `
async function even(depth, a) { if (depth === 0) await a; else await odd(depth - 1, a); }
async function odd(depth, a) { await even(depth - 1, a); }
const start = (a) => even(10, a);`,
    parked: [
      { at: 'even', tasks: 1, callers: ['odd', 'even', 'odd', 'even', 'odd', 'even', 'odd', 'even', 'odd', 'even'] },
    ],
  },
  {
    name: 'recursion that branches with Promise.all',
    count: 200,
    source: `
async function branch(depth, a) {
  if (depth === 0) await a;
  else await Promise.all([branch(depth - 1, a), branch(depth - 1, a)]);
}
const start = (a) => branch(4, a);`,
    parked: [
      { at: 'branch', tasks: 15, line: 'Promise.all' },
      { at: 'branch', tasks: 16, callers: ['branch', 'branch', 'branch', 'branch', 'start'] },
    ],
  },
  {
    name: 'recursion that branches in sequence',
    count: 200,
    source: `
async function visit(depth, a) {
  if (depth === 0) return void (await a);
  await visit(depth - 1, a);
  await visit(depth - 1, a);
}
const start = (a) => visit(4, a);`,
    parked: [{ at: 'visit', tasks: 1, callers: ['visit', 'visit', 'visit', 'visit', 'start'] }],
  },
  {
    name: 'recursion of an async generator',
    count: 200,
    source: `
async function* walk(depth, a, b) {
  if (depth > 0) yield* walk(depth - 1, a, b);
  else await a;
  yield depth;
  if (depth === 0) await b;
}
async function consume(a, b) { for await (const depth of walk(8, a, b)) void depth; }
const start = (a, b) => consume(a, b);`,
    parked: [{ at: 'walk', tasks: 1, line: 'await a' }],
    resumed: [{ at: 'walk', tasks: 1, line: 'await b' }],
  },
];
