import type { StatementSync } from 'node:sqlite';

/** Ids that are remembered; beyond that they are looked up in the database again. */
const MAX_REMEMBERED = 200_000;

type Value = string | number;

/** Ids of rows that are there once, by what identifies them. */
export class Interner {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #ids = new Map<Value, number>();

  /** Both statements take the same parameters; `find` gives the `id`. */
  constructor(insert: StatementSync, find: StatementSync) {
    this.#insert = insert;
    this.#find = find;
  }

  /** `onNew` runs where the row was not there before. */
  id(key: Value, values: readonly Value[], onNew?: (id: number) => void): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const { changes, lastInsertRowid } = this.#insert.run(...values);
    const id = changes === 0 ? Number(this.#find.get(...values)!.id) : Number(lastInsertRowid);
    if (changes > 0) onNew?.(id);
    if (this.#ids.size >= MAX_REMEMBERED) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }

  /** After rows may have gone. */
  forget(): void {
    this.#ids.clear();
  }
}
