import type { StatementSync } from 'node:sqlite';

/** Ids that are remembered; beyond that they are looked up in the database again. */
export const MAX_REMEMBERED = 200_000;

type Value = string | number;

/** Ids of rows that are there once, by what identifies them. */
export class Interner {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #ids = new Map<string, number>();

  /** Both statements take the same parameters; `find` gives the `id`. */
  constructor(insert: StatementSync, find: StatementSync) {
    this.#insert = insert;
    this.#find = find;
  }

  /** `onNew` runs where the row was not there before. */
  id(key: string, values: readonly Value[], onNew?: (id: number) => void): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.idOf(values, onNew);
    if (this.#ids.size >= MAX_REMEMBERED) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }

  /** From the database, without remembering it. */
  idOf(values: readonly Value[], onNew?: (id: number) => void): number {
    const { changes, lastInsertRowid } = this.#insert.run(...values);
    if (changes === 0) return Number(this.#find.get(...values)!.id);
    const id = Number(lastInsertRowid);
    onNew?.(id);
    return id;
  }

  /** After rows may have gone. */
  forget(): void {
    this.#ids.clear();
  }
}
