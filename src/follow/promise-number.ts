import { Given } from '../base/given.ts';

/** Numbers stay small integers, which V8 does not box. */
const MAX_NUMBER = 2 ** 30 - 1;

/**
 * Keeps a small whole number on promises that are not ours, where nobody can see it: how is told in capture/task-stamp.ts. 40
 * bytes for each promise that has one.
 */
export interface PromiseNumbers {
  /** Undefined where there is none, or less than `base`. */
  get(promise: object): number | undefined;
  /** The same, and from now on the promise has `value` instead. */
  exchange(promise: object, value: number): number | undefined;
  /** The promise has none. */
  put(promise: object, value: number): void;
  /** The promise has one. */
  replace(promise: object, value: number): void;
}

interface Lease {
  readonly numbers: PromiseNumbers;
  /** Numbers from here on are free. */
  next: number;
  isLent: boolean;
}

const leases: Lease[] = [];

/** Numbers of one user. */
export interface LentNumbers {
  readonly numbers: PromiseNumbers;
  /** What the user stores is to be this or more: smaller ones are left from users before. */
  readonly base: number;
  /** Gives them back; numbers below `end` may still be on promises. */
  giveBack(end: number): void;
}

/**
 * Two users at the same time do not see each other's numbers. One after the other share the same private field: V8 compiles the
 * code that is run for each await for one field, and 200 ns slower for several.
 */
export function lendPromiseNumbers(): LentNumbers {
  let lease = leases.find(({ isLent, next }) => !isLent && next < MAX_NUMBER / 2);
  if (lease === undefined) leases.push((lease = { numbers: createPromiseNumbers(), next: 0, isLent: false }));
  const lent = lease;
  lent.isLent = true;
  return {
    numbers: lent.numbers,
    base: lent.next,
    giveBack: (end) => {
      lent.next = end;
      lent.isLent = false;
    },
  };
}

function createPromiseNumbers(): PromiseNumbers {
  class Numbered extends Given {
    #value: number;
    constructor(promise: object, value: number) {
      super(promise);
      this.#value = value;
    }
    static numberOf(promise: object): number | undefined {
      return #value in promise ? promise.#value : undefined;
    }
    static exchange(promise: object, value: number): number | undefined {
      if (!(#value in promise)) return undefined;
      const found = promise.#value;
      promise.#value = value;
      return found;
    }
    static replace(promise: object, value: number): void {
      (promise as Numbered).#value = value;
    }
  }
  return {
    get: (promise) => Numbered.numberOf(promise),
    exchange: (promise, value) => Numbered.exchange(promise, value),
    put: (promise, value) => {
      new Numbered(promise, value);
    },
    replace: (promise, value) => Numbered.replace(promise, value),
  };
}
