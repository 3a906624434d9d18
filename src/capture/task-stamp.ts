import { Given } from '../base/given.ts';
import type { TaskRecord } from './task-record.ts';

/** Puts records on promises where nobody can see them. */
export interface Stamp<Value extends object> {
  /** Once for a promise. */
  put(promise: object, value: Value): void;
  get(promise: object): Value | undefined;
}

export type TaskStamp = Stamp<TaskRecord>;

/**
 * A private field on a promise that is not ours: the parent constructor returns the promise, and the field is added to it.
 * Reflection does not show it and frozen promises take it. It has to be invisible because the derived promise of a `.then`,
 * which the application does see, can't be told from the throwaway of an await before its stack is read. An unstamped
 * promise costs 25 ns to ask, a symbol property would cost 8 (`npm run bench -- hook`).
 *
 * Each profiler makes its own, so that two in one process do not read each other's stamps.
 */
export function createStamp<Value extends object>(): Stamp<Value> {
  class Stamped extends Given {
    readonly #value: Value;
    constructor(promise: object, value: Value) {
      super(promise);
      this.#value = value;
    }
    static stampOf(promise: object): Value | undefined {
      return #value in promise ? promise.#value : undefined;
    }
  }
  return {
    put: (promise, value) => {
      new Stamped(promise, value);
    },
    get: (promise) => Stamped.stampOf(promise),
  };
}
