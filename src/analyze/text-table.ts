import { NotReadAsRows, type WireCursor } from './wire-cursor.ts';

/** A table of texts, each read when it is asked for. */
export class TextTable {
  readonly #bytes: Buffer;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #texts: (string | undefined)[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Adds the field of bytes that is next. */
  add(cursor: WireCursor): void {
    const end = cursor.contentEnd();
    this.#starts.push(cursor.at);
    this.#ends.push(end);
    cursor.at = end;
  }

  at(index: number): string {
    const known = this.#texts[index];
    if (known !== undefined) return known;
    const start = this.#starts[index];
    if (start === undefined) {
      if (index === 0) return '';
      throw new NotReadAsRows(`there is no text ${index}`);
    }
    return (this.#texts[index] = this.#bytes.toString('utf8', start, this.#ends[index]));
  }

  /** Throws unless the first is empty, as it has to be. */
  check(): void {
    if (this.at(0) !== '') throw new NotReadAsRows('the first text is not empty');
  }
}
