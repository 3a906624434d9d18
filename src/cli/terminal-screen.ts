import type { WriteStream } from 'node:tty';
import { type Line, renderLine } from './styled-line.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_TO_LINE_END = '\x1b[K';
const CLEAR_TO_SCREEN_END = '\x1b[J';
/** What lies between is shown at once, by terminals that can do that; others ignore it. */
const SYNCHRONIZED = { begin: '\x1b[?2026h', end: '\x1b[?2026l' } as const;
const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;

/** The whole terminal, with what was on it kept for later. */
export class TerminalScreen {
  readonly #output: WriteStream;
  #isEntered = false;

  constructor(output: WriteStream) {
    this.#output = output;
  }

  get rows(): number {
    // 0 is what a pseudo terminal says that was not told its size.
    return this.#output.rows || DEFAULT_ROWS;
  }

  enter(): void {
    if (!this.#isEntered) this.#output.write(ENTER);
    this.#isEntered = true;
  }

  /** Puts everything back; may be called at any time, however often. */
  leave(): void {
    if (this.#isEntered) this.#output.write(LEAVE);
    this.#isEntered = false;
  }

  /** Overwrites what is shown, without a moment of emptiness. */
  draw(lines: readonly Line[]): void {
    if (!this.#isEntered) return;
    const rendering = { columns: this.#output.columns || DEFAULT_COLUMNS, colour: this.#output.hasColors() };
    const text = lines.map((line) => renderLine(line, rendering) + CLEAR_TO_LINE_END).join('\r\n');
    this.#output.write(`${SYNCHRONIZED.begin}${HOME}${text}${CLEAR_TO_SCREEN_END}${SYNCHRONIZED.end}`);
  }
}
