/** A position of generated code and what it came from; lines and columns are 0-based, as source maps have them. */
export interface Segment {
  line: number;
  column: number;
  /** Index of the source; -1 where the code came from nowhere. */
  source: number;
  originalLine: number;
  originalColumn: number;
  /** Index of the name; -1 where there is none. */
  name: number;
}

/** Segments from one place to begin at to the next: a look-up reads half as many, 3 us; a place takes 100 bytes. */
const STRIDE = 256;

const SEMICOLON = 59;
const COMMA = 44;
const CONTINUATION = 32;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = Int8Array.from({ length: 128 }, (_, code) => DIGITS.indexOf(String.fromCharCode(code)));

/**
 * The `mappings` of a source map, left as the text that they are, with a place to begin at for each 256 segments. Positions are
 * asked for once in the life of a process, which is not worth decoding all: for a bundle of 3.5 MB (1.1 million segments) a
 * library took 70 MB and 135 ms in one go.
 */
export class Mappings {
  readonly #text: string;
  readonly #cursor = new Cursor();
  readonly #places = [this.#cursor.copy()];

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Notes places to begin at, from where it stopped on, until `isTime()`; true when all are noted, and {@link find} finds.
   *
   * @throws Error where the text is no list of mappings
   */
  index(isTime: () => boolean): boolean {
    do {
      for (let i = 0; i < STRIDE; i++) if (!this.#cursor.next(this.#text)) return true;
      this.#places.push(this.#cursor.copy());
    } while (!isTime());
    return false;
  }

  /** The last segment of the line that begins at the column or ahead of it. */
  find(line: number, column: number): Segment | undefined {
    const cursor = this.#placeFor(line, column).copy();
    let found = cursor.segment();
    while (cursor.next(this.#text) && cursor.isAheadOf(line, column)) found = cursor.segment();
    return found.line === line && found.column <= column ? found : undefined;
  }

  /** The last that is not behind the position. */
  #placeFor(line: number, column: number): Cursor {
    let low = 0;
    let high = this.#places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#places[middle]!.isAheadOf(line, column)) low = middle;
      else high = middle - 1;
    }
    return this.#places[low]!;
  }
}

/** Reads one segment after another; all numbers but columns count on over lines. */
class Cursor {
  line = 0;
  column = 0;
  #at = 0;
  #source = 0;
  #originalLine = 0;
  #originalColumn = 0;
  #name = 0;
  #hasSource = false;
  #hasName = false;

  copy(): Cursor {
    const copy = new Cursor();
    copy.line = this.line;
    copy.column = this.column;
    copy.#at = this.#at;
    copy.#source = this.#source;
    copy.#originalLine = this.#originalLine;
    copy.#originalColumn = this.#originalColumn;
    copy.#name = this.#name;
    copy.#hasSource = this.#hasSource;
    copy.#hasName = this.#hasName;
    return copy;
  }

  /** Of a position, or there. */
  isAheadOf(line: number, column: number): boolean {
    return this.line < line || (this.line === line && this.column <= column);
  }

  /** The one that was read last; from nowhere before the first. */
  segment(): Segment {
    return {
      line: this.line,
      column: this.column,
      source: this.#hasSource ? this.#source : -1,
      originalLine: this.#originalLine,
      originalColumn: this.#originalColumn,
      name: this.#hasName ? this.#name : -1,
    };
  }

  /** False where there is no other. */
  next(text: string): boolean {
    for (let code; (code = text.charCodeAt(this.#at)) === SEMICOLON || code === COMMA; this.#at++) {
      if (code === COMMA) continue;
      this.line++;
      this.column = 0;
    }
    if (this.#at >= text.length) return false;
    this.column += this.#number(text);
    this.#hasSource = this.#isInSegment(text);
    this.#hasName = false;
    if (!this.#hasSource) return true;
    this.#source += this.#number(text);
    this.#originalLine += this.#number(text);
    this.#originalColumn += this.#number(text);
    this.#hasName = this.#isInSegment(text);
    if (this.#hasName) this.#name += this.#number(text);
    return true;
  }

  #isInSegment(text: string): boolean {
    const code = text.charCodeAt(this.#at);
    return this.#at < text.length && code !== COMMA && code !== SEMICOLON;
  }

  /** Digits of five bits, the lowest first; the lowest bit of all is the sign. */
  #number(text: string): number {
    let bits = 0;
    for (let shift = 0; shift <= 30; shift += 5) {
      const digit = VALUES[text.charCodeAt(this.#at)] ?? -1;
      if (digit < 0) break;
      this.#at++;
      bits |= (digit & (CONTINUATION - 1)) << shift;
      if ((digit & CONTINUATION) === 0) return (bits & 1) === 1 ? -(bits >>> 1) : bits >>> 1;
    }
    throw new Error(`there is no number at character ${this.#at} of its mappings`);
  }
}
