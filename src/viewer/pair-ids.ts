const MIN_SLOTS = 1_024;
/** Of a slot: two numbers and what they stand for. */
const WIDTH = 3;
const EMPTY = 0;

/**
 * Ids by pairs of whole numbers of 32 bits, in a hash table with open addresses. A Map by one number for both takes five times as long: beyond 31 bits
 * numbers are objects.
 */
export class PairIds {
  #slots = new Int32Array(WIDTH * MIN_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** 0 where there is none. */
  get(a: number, b: number): number {
    return this.#slots[this.#place(a, b) + 2]!;
  }

  /** `id` is above 0. */
  set(a: number, b: number, id: number): void {
    if (2 * WIDTH * (this.#size + 1) > this.#slots.length) this.#grow();
    const at = this.#place(a, b);
    if (this.#slots[at + 2] === EMPTY) this.#size++;
    this.#slots[at] = a;
    this.#slots[at + 1] = b;
    this.#slots[at + 2] = id;
  }

  clear(): void {
    this.#slots = new Int32Array(WIDTH * MIN_SLOTS);
    this.#size = 0;
  }

  /** Of the pair, or where it would be. */
  #place(a: number, b: number): number {
    const slots = this.#slots;
    const mask = slots.length / WIDTH - 1;
    let hash = Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = WIDTH * slot;
      if (slots[at + 2] === EMPTY || (slots[at] === a && slots[at + 1] === b)) return at;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(2 * before.length);
    this.#size = 0;
    for (let at = 0; at < before.length; at += WIDTH) {
      if (before[at + 2] !== EMPTY) this.set(before[at]!, before[at + 1]!, before[at + 2]!);
    }
  }
}
