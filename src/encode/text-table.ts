import { NotReadQuickly, type WireCursor } from './wire-cursor.ts';

/** Characters that values may have by references to texts that another one has as well. */
export const MAX_REPEATED_LENGTH = 64 * 1024 * 1024;

/** A table of texts, each read when it is asked for. */
export class TextTable {
  readonly #bytes: Buffer;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #texts: (string | undefined)[] = [];
  #repeatedLength = 0;

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
      throw new NotReadQuickly(`there is no text ${index}`);
    }
    return (this.#texts[index] = this.#bytes.toString('utf8', start, this.#ends[index]));
  }

  /** As {@link at}, for what is in a value: maps and lists become texts of their own, so references may not repeat without end. */
  valueAt(index: number): string {
    const text = this.at(index);
    this.#repeatedLength += text.length;
    if (this.#repeatedLength > MAX_REPEATED_LENGTH) throw new NotReadQuickly('values repeat texts');
    return text;
  }

  /** Throws unless the first is empty, as it has to be. */
  check(): void {
    if (this.at(0) !== '') throw new NotReadQuickly('the first text is not empty');
  }
}
