import * as layout from './row-layout.ts';

// Of this module's own, as in row-table.ts.
const { NONE } = layout;

/**
 * How many promises of a run are remembered: its first ones, which are the calls that lead to what comes later (a fan-out of
 * hundreds), and its latest: what an expression makes and awaits lies close together.
 */
const FIRST = 16;
const LATEST = 32;
const SIZE = FIRST + LATEST;

/** Promises that were made anew (by a function that began, `new Promise`, combinators) in the run that goes on. */
export class RunPromises {
  readonly #promises = new Array<object | undefined>(SIZE).fill(undefined);
  readonly #madeAt = new Int32Array(SIZE);
  #count = 0;

  add(promise: object, madeAt: number): void {
    const at = placeOf(this.#count++);
    this.#promises[at] = promise;
    this.#madeAt[at] = madeAt;
  }

  /** When it was made, NONE where it is not remembered. Newest first: what is awaited is the newest or the one before in nearly all cases. */
  madeAt(promise: object): number {
    const promises = this.#promises;
    const count = this.#count;
    const latest = count > SIZE ? count - LATEST : 0;
    for (let i = count - 1; i >= latest; i--) {
      const at = i < SIZE ? i : FIRST + ((i - FIRST) & (LATEST - 1));
      if (promises[at] === promise) return this.#madeAt[at]!;
    }
    for (let i = latest > 0 ? FIRST - 1 : -1; i >= 0; i--) {
      if (promises[i] === promise) return this.#madeAt[i]!;
    }
    return NONE;
  }

  /** Whether there were more than are remembered. */
  get hasForgotten(): boolean {
    return this.#count > SIZE;
  }

  /** Lets go of all: nothing of the application's is held from one run to the next. */
  clear(): void {
    const used = this.#count < SIZE ? this.#count : SIZE;
    for (let i = 0; i < used; i++) this.#promises[i] = undefined;
    this.#count = 0;
  }
}

/** Where the promise of this number is kept. */
function placeOf(index: number): number {
  return index < SIZE ? index : FIRST + ((index - FIRST) & (LATEST - 1));
}
