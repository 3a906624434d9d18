const HALF = 2 ** 32;

/** A column of whole numbers of 64 bits that grows. Numbers go in as halves: a bigint each would be garbage each. */
export class IntColumn {
  #halves = new Int32Array(8_192);
  #used = 0;

  get length(): number {
    return this.#used / 2;
  }

  push(low: number, high: number): void {
    if (this.#used === this.#halves.length) {
      const larger = new Int32Array(2 * this.#used);
      larger.set(this.#halves);
      this.#halves = larger;
    }
    this.#halves[this.#used++] = low;
    this.#halves[this.#used++] = high;
  }

  /** A whole number that is exact. */
  pushNumber(value: number): void {
    this.push(value % HALF, Math.floor(value / HALF));
  }

  /** Takes back what was pushed since the column had this length. */
  truncate(length: number): void {
    this.#used = 2 * length;
  }

  /** What was pushed; the column is empty then. */
  take(): BigInt64Array<ArrayBuffer> {
    const taken = this.#halves.slice(0, this.#used);
    this.#used = 0;
    return new BigInt64Array(taken.buffer);
  }
}
