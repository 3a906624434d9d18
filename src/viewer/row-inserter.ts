import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Rows of one statement: a call of SQLite costs as much as a row. */
const ROWS = 32;

type Value = string | number | null;

/** Inserts rows into a table, many at a time. Who has added some has to `flush`, or to `discard` them. */
export class RowInserter {
  readonly #many: StatementSync;
  readonly #one: StatementSync;
  readonly #columns: number;
  #values: Value[] = [];

  /** `onConflict` is for rows that are there already: `on conflict do nothing`. */
  constructor(database: DatabaseSync, table: string, columns: number, onConflict = '') {
    const row = `(${Array.from({ length: columns }, () => '?').join()})`;
    const prepare = (rows: number): StatementSync =>
      database.prepare(`insert into ${table} values ${Array.from({ length: rows }, () => row).join()} ${onConflict}`);
    this.#many = prepare(ROWS);
    this.#one = prepare(1);
    this.#columns = columns;
  }

  add(...row: readonly Value[]): void {
    this.#values.push(...row);
    if (this.#values.length < ROWS * this.#columns) return;
    this.#many.run(...this.#values);
    this.#values.length = 0;
  }

  flush(): void {
    while (this.#values.length > 0) this.#one.run(...this.#values.splice(0, this.#columns));
  }

  /** Of a transaction that failed. */
  discard(): void {
    this.#values = [];
  }
}
