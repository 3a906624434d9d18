import { NotReadQuickly, WireCursor } from './wire-cursor.ts';

/** A table of messages, each read when it is asked for, once. */
export class LazyTable<Row> {
  readonly #cursor: WireCursor;
  readonly #read: (row: WireCursor) => Row;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #rows: (Row | undefined)[] = [];

  /** `read` may ask other tables, not this one. */
  constructor(bytes: Buffer, read: (row: WireCursor) => Row) {
    this.#cursor = new WireCursor(bytes, 0, 0);
    this.#read = read;
  }

  get length(): number {
    return this.#starts.length;
  }

  /** Adds the field of bytes that is next. */
  add(cursor: WireCursor): void {
    const end = cursor.contentEnd();
    this.#starts.push(cursor.at);
    this.#ends.push(end);
    this.#rows.push(undefined);
    cursor.at = end;
  }

  at(index: number): Row {
    return this.#rows[index] ?? this.#readRow(index);
  }

  #readRow(index: number): Row {
    const start = this.#starts[index];
    if (start === undefined) throw new NotReadQuickly(`there is no row ${index}`);
    const row = this.#read(this.#cursor.goTo(start, this.#ends[index]!));
    this.#cursor.finish();
    return (this.#rows[index] = row);
  }
}
