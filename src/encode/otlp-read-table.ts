import { InvalidOtlpError } from './invalid-otlp.ts';

/** One table of a dictionary: every reference is checked, and what is referred to is remembered. */
export class OtlpReadTable<Row, Read> {
  readonly #name: string;
  readonly #rows: readonly Row[];
  readonly #read: (row: Row, where: string) => Read;
  readonly #known = new Map<number, Read>();

  /** `name` in the singular, for errors. Each row is read once, at the first reference to it. */
  constructor(name: string, rows: readonly Row[] | undefined, read: (row: Row, where: string) => Read) {
    this.#name = name;
    this.#rows = rows ?? [];
    this.#read = read;
  }

  /** `where` is for the error. */
  at(index: number | bigint, where: string): Read {
    const known = this.#known.get(Number(index));
    if (known !== undefined) return known;
    const row = this.#rows[Number(index)];
    if (row === undefined) {
      throw new InvalidOtlpError(
        `${where}: ${this.#name} ${String(index)} is not in its table of ${this.#rows.length}`,
      );
    }
    const read = this.#read(row, `${this.#name} ${String(index)}`);
    this.#known.set(Number(index), read);
    return read;
  }

  /** How many rows nothing refers to. The first one says "nothing" and does not count. */
  get unused(): number {
    return this.#rows.reduce<number>((sum, _, index) => sum + (index === 0 || this.#known.has(index) ? 0 : 1), 0);
  }
}

/** What a row says, with a number that is equal for rows that say the same. */
export interface Identified<T> {
  readonly id: number;
  readonly value: T;
}

/** Numbers for keys: equal ones for equal keys. */
export class Identities {
  readonly #ids = new Map<string, number>();

  of(key: string): number {
    const id = this.#ids.get(key) ?? this.#ids.size;
    this.#ids.set(key, id);
    return id;
  }
}
