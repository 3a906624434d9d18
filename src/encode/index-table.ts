/** Rows in the order of their first use, each once; the zero value first, as every table of OTLP has it. */
export class IndexTable<Row> {
  readonly rows: Row[];
  readonly #keyOf: (row: Row) => string;
  readonly #indices: Map<string, number>;

  constructor(zeroRow: Row, keyOf: (row: Row) => string) {
    this.rows = [zeroRow];
    this.#keyOf = keyOf;
    this.#indices = new Map([[keyOf(zeroRow), 0]]);
  }

  indexOf(row: Row): number {
    const key = this.#keyOf(row);
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const index = this.rows.push(row) - 1;
    this.#indices.set(key, index);
    return index;
  }
}

/** The same for lists of numbers, the empty list first, by hash: keys of text took as long as all the rest of a message. */
export class ListTable {
  readonly rows: (readonly number[])[] = [[]];
  readonly #byHash = new Map<number, number[]>([[hashOf([]), [0]]]);

  indexOf(list: readonly number[]): number {
    const hash = hashOf(list);
    const candidates = this.#byHash.get(hash);
    const known = candidates?.find((index) => areEqual(this.rows[index]!, list));
    if (known !== undefined) return known;
    const index = this.rows.push(list) - 1;
    if (candidates === undefined) this.#byHash.set(hash, [index]);
    else candidates.push(index);
    return index;
  }
}

function hashOf(list: readonly number[]): number {
  let hash = 0;
  for (const value of list) hash = Math.imul(hash ^ value, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function areEqual(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((value, i) => value === others[i]);
}
