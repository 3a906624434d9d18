import { Script, constants, createContext } from 'node:vm';
import type { RawStack } from '../capture/call-sites.ts';

/**
 * V8 looks for async callers from the reaction job that runs: over the promise that the job fulfils, to the single reaction on
 * that, and on. So a job whose promise has one reaction, whose capability *is* the promise that is asked about, has the waiters
 * of that promise as its async callers. `then` makes the capability by the species of the job's promise; one whose constructor
 * returns what is asked about leaves it untouched: it gets no reaction, is not settled and not marked as handled.
 *
 * The job's promise finds its species by a prototype of its own. A `constructor` on the promise itself would do as well, but the
 * first such promise in a process makes V8 look for species everywhere from then on: 15 ns for every `.then` of the application.
 *
 * The jobs run in a realm with a microtask queue of its own, which is drained at the end of a script. They *are* the realm's
 * `Error.captureStackTrace`: each function of ours around it would be a frame that V8 has to decode, 1 us where it is optimized.
 * And the limit and the form of stacks are set in that realm only, whatever the application does to those of its own.
 */
const WALKER = `(function (maxFrames) {
  'use strict';
  const { apply, setPrototypeOf } = Reflect;
  const { bind } = Function.prototype;
  const { then } = Promise.prototype;
  const { captureStackTrace } = Error;
  Error.stackTraceLimit = maxFrames;
  Error.prepareStackTrace = (error, callSites) => callSites;
  const resolved = Promise.resolve();
  const nothing = () => {};
  let target;
  function Target(executor) {
    executor(nothing, nothing);
    return target;
  }
  const ofJobs = { __proto__: Promise.prototype, constructor: { [Symbol.species]: Target } };
  return (promise, below) => {
    const holder = { __proto__: null };
    target = promise;
    const job = apply(then, resolved, [apply(bind, captureStackTrace, [undefined, holder, below])]);
    setPrototypeOf(job, ofJobs);
    apply(then, job, [nothing]);
    target = undefined;
    return holder;
  };
})`;

const FILE = { filename: 'otel-taskprof:walk' } as const;

/** Frames of the caller that come ahead of the async ones: with more of them less is seen. */
const DEEPEST_CALLERS = 256;

/** Deeper stacks than any that is reported: whether one ends with another is only known where neither is cut. */
const MAX_DEPTH = 512;

type Below = (...args: never) => unknown;

/** Stacks of the waiters of promises, in two steps: so no function of ours is on the stack between `drain` and its caller. */
export interface WaiterWalk {
  /**
   * What `drain` is to take for each promise, in order: the stack of the caller of `below`, with the promise's waiters as its
   * async frames. `readCallSites` reads it then, without further ado.
   */
  prepare(promises: readonly object[], below: Below): RawStack[];
  readonly drain: () => void;
}

let shared: WaiterWalk | undefined;

/** The walk of this thread: a realm costs about a millisecond and half a megabyte, once. Throws where there can be none. */
export function waiterWalk(): WaiterWalk {
  return (shared ??= createWaiterWalk());
}

function createWaiterWalk(): WaiterWalk {
  // Plain objects make a realm whose global is intercepted; Node 22.8 can do without.
  const global = (constants as { DONT_CONTEXTIFY?: unknown }).DONT_CONTEXTIFY ?? {};
  const realm = createContext(global, { microtaskMode: 'afterEvaluate' });
  const make = new Script(WALKER, FILE).runInContext(realm) as (
    maxFrames: number,
  ) => (promise: object, below: Below) => RawStack;
  const enqueue = make(DEEPEST_CALLERS + MAX_DEPTH);
  // The queue is drained where a script of the realm ends.
  const nothing = new Script('', FILE);
  return {
    prepare: (promises, below) => promises.map((promise) => enqueue(promise, below)),
    drain: nothing.runInContext.bind(nothing, realm),
  };
}
