import { Script, constants, createContext } from 'node:vm';

/**
 * V8 looks for async callers from the reaction job that runs: over the promise that the job fulfils, to the single reaction on
 * that, and on. So a job whose promise has one reaction, whose capability *is* the promise that is asked about, has the waiters
 * of that promise as its async callers. `then` makes the capability by the species of the job's promise; one whose constructor
 * returns what is asked about leaves it untouched: it gets no reaction, is not settled and not marked as handled.
 *
 * The job's promise finds its species by a prototype of its own. A `constructor` on the promise itself would do as well, but the
 * first such promise in a process makes V8 look for species everywhere from then on: 15 ns for every `.then` of the application.
 *
 * The jobs run in a realm with a microtask queue of its own, which is drained at the end of a script.
 */
const WALKER = `(function (capture) {
  'use strict';
  const { then } = Promise.prototype;
  const { setPrototypeOf } = Object;
  const resolved = Promise.resolve();
  const nothing = () => {};
  const step = () => capture();
  let target;
  function Target(executor) {
    executor(nothing, nothing);
    return target;
  }
  const ofJobs = { __proto__: Promise.prototype, constructor: { [Symbol.species]: Target } };
  return (promise) => {
    target = promise;
    const job = then.call(resolved, step);
    setPrototypeOf(job, ofJobs);
    then.call(job, nothing);
    target = undefined;
  };
})`;

const FILE = { filename: 'otel-taskprof:walk' } as const;

/** Calls `capture` once for each promise, in order: a stack captured there has the promise's waiters as its async frames. */
export type WaiterWalk = (promises: readonly object[], capture: () => void) => void;

let shared: WaiterWalk | undefined;

/** The walk of this thread: a realm costs about a millisecond and half a megabyte, once. Throws where there can be none. */
export function waiterWalk(): WaiterWalk {
  return (shared ??= createWaiterWalk());
}

function createWaiterWalk(): WaiterWalk {
  let pending: readonly object[] = [];
  let onStep: () => void = () => undefined;
  // Plain objects make a realm whose global is intercepted; Node 22.8 can do without.
  const global = (constants as { DONT_CONTEXTIFY?: unknown }).DONT_CONTEXTIFY ?? {};
  const realm = createContext(global, { microtaskMode: 'afterEvaluate' });
  const make = new Script(WALKER, FILE).runInContext(realm) as (capture: () => void) => (promise: object) => void;
  const enqueue = make(() => onStep());
  Object.defineProperty(realm, 'run', {
    value: () => {
      for (const promise of pending) enqueue(promise);
    },
  });
  const run = new Script('run()', FILE);
  return (promises, capture) => {
    pending = promises;
    onStep = capture;
    try {
      run.runInContext(realm);
    } finally {
      pending = [];
      onStep = () => undefined;
    }
  };
}
