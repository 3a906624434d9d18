import { Given } from '../base/given.ts';
import type { TaskRecord } from './task-record.ts';

/** Puts records on promises where nobody can see them. */
export interface TaskStamp {
  put(promise: object, record: TaskRecord): void;
  get(promise: object): TaskRecord | undefined;
}

/**
 * A private field on a promise that is not ours: the parent constructor returns the promise, and the field is added to it.
 * Reflection does not show it and frozen promises take it. It has to be invisible because the derived promise of a `.then`,
 * which the application does see, can't be told from the throwaway of an await before its stack is read. An unstamped
 * promise costs 25 ns to ask, a symbol property would cost 8 (`npm run bench -- hook`).
 *
 * Each profiler makes its own, so that two in one process do not read each other's stamps.
 */
export function createTaskStamp(): TaskStamp {
  class Stamped extends Given {
    readonly #record: TaskRecord;
    constructor(promise: object, record: TaskRecord) {
      super(promise);
      this.#record = record;
    }
    static recordOf(promise: object): TaskRecord | undefined {
      return #record in promise ? promise.#record : undefined;
    }
  }
  return {
    put: (promise, record) => {
      new Stamped(promise, record);
    },
    get: (promise) => Stamped.recordOf(promise),
  };
}
