import { hash } from 'node:crypto';

// Ids of 64 bits are made of what they stand for, so that threads that read files need not agree on any, and a table of all that
// was ever seen is the database's matter. Among a million stacks two have the same id with a probability of 3 in 10^8.

/** An id as its two halves, signed. */
export interface RowId {
  readonly low: number;
  readonly high: number;
}

export function bigintOf({ low, high }: RowId): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** Of a text. */
export function textId(text: string): RowId {
  const bytes = Buffer.from(hash('sha1', text, 'hex').slice(0, 16), 'hex');
  return { low: bytes.readInt32LE(0), high: bytes.readInt32LE(4) };
}

/** Which ids were seen. */
export class IdSet {
  readonly #highs = new Map<number, number[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether it is new. */
  add({ low, high }: RowId): boolean {
    const highs = this.#highs.get(low);
    if (highs?.includes(high)) return false;
    this.#size++;
    if (highs) highs.push(high);
    else this.#highs.set(low, [high]);
    return true;
  }

  clear(): void {
    this.#highs.clear();
    this.#size = 0;
  }
}

/** Of a sequence of ids. */
export class SequenceId {
  #low = 0x9e3779b9 | 0;
  #high = 0x85ebca6b | 0;

  start(): void {
    this.#low = 0x9e3779b9 | 0;
    this.#high = 0x85ebca6b | 0;
  }

  add({ low, high }: RowId): void {
    // Two lanes of murmur's mixing, each fed with both halves.
    this.#low = mix(mix(this.#low, low), high);
    this.#high = mix(mix(this.#high, high ^ 0x5bd1e995), low);
  }

  end(): RowId {
    return { low: finish(this.#low ^ this.#high) | 0, high: finish(this.#high + Math.imul(this.#low, 5)) | 0 };
  }
}

function mix(state: number, word: number): number {
  let key = Math.imul(word, 0xcc9e2d51);
  key = Math.imul((key << 15) | (key >>> 17), 0x1b873593);
  const mixed = state ^ key;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
