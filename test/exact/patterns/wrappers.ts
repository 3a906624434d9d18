import type { Pattern } from '../../support/patterns.ts';

const LEAF = `
async function leaf(a, b) {
  await a;
  await b;
}
const noop = () => {};`;

const parked = [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer', 'start'], line: 'await a' }] as const;
const parkedThroughHelper = [{ at: 'leaf', tasks: 1, operation: [], line: 'await a' }] as const;
const resumed = [{ at: 'leaf', tasks: 1, operation: [], callers: ['outer'], line: 'await b' }] as const;

/** An await of a promise that was derived from a call's in the same expression is that call: one task. */
function wrapper(name: string, outer: string, helpers = ''): Pattern {
  const source = `${LEAF}${helpers}
async function outer(a, b) { ${outer}; }
const start = (a, b) => outer(a, b);`;
  return { name, source, parked: helpers === '' ? parked : parkedThroughHelper, resumed };
}

export const wrappers: readonly Pattern[] = [
  wrapper('.then() on a call', 'await leaf(a, b).then(noop)'),
  wrapper('.catch() on a call', 'await leaf(a, b).catch(noop)'),
  wrapper('.finally() on a call', 'await leaf(a, b).finally(noop)'),
  wrapper('.then().catch().finally() on a call', 'await leaf(a, b).then(noop).catch(noop).finally(noop)'),
  wrapper('Promise.resolve() around a call', 'await Promise.resolve(leaf(a, b))'),
  wrapper(
    'a function that wraps the promise of a call',
    'await guard(leaf(a, b))',
    'const guard = (promise) => promise.catch(noop).finally(noop);',
  ),
  wrapper(
    'a function that calls and wraps',
    'await guarded(leaf, a, b)',
    'function guarded(call, ...rest) { return call(...rest).then(noop).finally(noop); }',
  ),
  {
    name: 'an async function that calls what it is given',
    source: `${LEAF}
async function traced(call) { try { return await call(); } finally { noop(); } }
async function outer(a, b) { await traced(() => leaf(a, b)); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, line: 'await a' }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['traced', 'outer'], line: 'await b' }],
  },
  {
    name: 'a wrapper of a wrapper',
    source: `${LEAF}
const measured = (call) => call().finally(noop);
async function retried(call) { return await measured(call).catch(noop); }
async function outer(a, b) { await retried(() => leaf(a, b)); }
const start = (a, b) => outer(a, b);`,
    parked: [{ at: 'leaf', tasks: 1, line: 'await a' }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['retried', 'outer'], line: 'await b' }],
  },
  {
    name: 'a .then() that nobody awaits',
    source: `${LEAF}
const start = (a, b) => leaf(a, b).then(noop).catch(noop);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['start'], line: 'await a' }],
    resumed: [{ at: 'leaf', tasks: 1, line: 'await b' }],
  },
  {
    name: 'a .then() on a promise, awaited',
    source: `
const noop = () => {};
async function outer(a) { await a.then(noop).finally(noop); }
const start = (a) => outer(a);`,
    parked: [{ at: 'outer', tasks: 1, operation: [], callers: ['start'] }],
  },
  {
    name: 'context.with around a call',
    source: `${LEAF}
async function outer(a, b, { context, ROOT_CONTEXT }) {
  await context.with(ROOT_CONTEXT.setValue(Symbol.for('taskprof test'), 1), leaf, undefined, a, b);
}
const start = (a, b, tools) => outer(a, b, tools);`,
    parked,
    resumed,
  },
  {
    name: 'context.with around an async function that awaits',
    source: `${LEAF}
async function outer(a, b, { context, ROOT_CONTEXT }) {
  await context.with(ROOT_CONTEXT.setValue(Symbol.for('taskprof test'), 1), async function inside() { await leaf(a, b); });
}
const start = (a, b, tools) => outer(a, b, tools);`,
    parked: [{ at: 'leaf', tasks: 1, callers: ['inside', 'outer', 'start'], line: 'await a' }],
    resumed: [{ at: 'leaf', tasks: 1, callers: ['inside', 'outer'], line: 'await b' }],
  },
  {
    name: 'AsyncLocalStorage.run around a call',
    source: `${LEAF}
const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
const storage = new AsyncLocalStorage();
async function outer(a, b) { await storage.run({}, leaf, a, b); }
const start = (a, b) => outer(a, b);`,
    parked,
    resumed,
  },
  {
    name: 'AsyncResource.runInAsyncScope around a call',
    source: `${LEAF}
const { AsyncResource } = process.getBuiltinModule('node:async_hooks');
async function outer(a, b) { await new AsyncResource('Test').runInAsyncScope(leaf, undefined, a, b); }
const start = (a, b) => outer(a, b);`,
    parked,
    resumed,
  },
];
