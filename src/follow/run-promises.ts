/**
 * How many promises of a run are remembered: its first ones, which are the calls that lead to what comes later (a fan-out of
 * hundreds), and its latest: what an expression makes and awaits lies close together.
 */
const FIRST = 16;
const LATEST = 32;
const SIZE = FIRST + LATEST;

/** Not among the remembered ones. */
export const UNKNOWN = -1;

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

  /** When it was made, newest first: what is awaited is the newest or the one before in nearly all cases. */
  madeAt(promise: object): number {
    const count = this.#count;
    const latest = count > SIZE ? count - LATEST : FIRST;
    for (let i = count - 1; i >= latest; i--) {
      const at = placeOf(i);
      if (this.#promises[at] === promise) return this.#madeAt[at]!;
    }
    for (let i = count < FIRST ? count - 1 : FIRST - 1; i >= 0; i--) {
      if (this.#promises[i] === promise) return this.#madeAt[i]!;
    }
    return UNKNOWN;
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
