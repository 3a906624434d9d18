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
