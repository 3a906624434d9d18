import type { Slice } from './slice-sink.ts';

/** The latest slices, up to a number. */
export class SliceRing {
  readonly #capacity: number;
  #slices: Slice[] = [];
  /** Where the oldest is, once it is full. */
  #oldest = 0;
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Slices that had to go, since `takeAll`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** One that does not even come here. */
  drop(): void {
    this.#dropped++;
  }

  push(slice: Slice): void {
    if (this.#slices.length < this.#capacity) {
      this.#slices.push(slice);
      return;
    }
    this.#slices[this.#oldest] = slice;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
    this.#dropped++;
  }

  /** In any order. */
  [Symbol.iterator](): Iterator<Slice> {
    return this.#slices.values();
  }

  /** All of them, the oldest first; it is empty then. */
  takeAll(): Slice[] {
    const slices = [...this.#slices.slice(this.#oldest), ...this.#slices.slice(0, this.#oldest)];
    this.#slices = [];
    this.#oldest = 0;
    this.#dropped = 0;
    return slices;
  }
}
