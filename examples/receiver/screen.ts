import type { WriteStream } from 'node:tty';
import { renderLine, type Line } from './styled-text.ts';

/** Where tables and messages go. */
export interface Screen {
  /** Lines that a table may have. */
  readonly maxLines: number;
  table(lines: readonly Line[]): void;
  /** A message that stays: the next table is drawn below it. */
  message(text: string): void;
}

/** A terminal gets one table that is redrawn in its place, anything else every table once. */
export function createScreen(output: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Screen {
  return output.isTTY ? new TerminalScreen(output, !env.NO_COLOR) : new LineScreen(output);
}

class LineScreen implements Screen {
  readonly maxLines = Infinity;
  readonly #output: NodeJS.WritableStream;

  constructor(output: NodeJS.WritableStream) {
    this.#output = output;
  }

  table(lines: readonly Line[]): void {
    const rendering = { columns: Infinity, colour: false };
    this.#output.write(`\n${lines.map((line) => renderLine(line, rendering)).join('\n')}\n`);
  }

  message(text: string): void {
    this.#output.write(`${text}\n`);
  }
}

const SYNCHRONIZED = { begin: '\x1b[?2026h', end: '\x1b[?2026l' };
const CLEAR_TO_LINE_END = '\x1b[K';
const CLEAR_TO_SCREEN_END = '\x1b[J';
const CLEAR_SCREEN = '\x1b[2J\x1b[H';

class TerminalScreen implements Screen {
  readonly #output: WriteStream;
  readonly #colour: boolean;
  #shown: readonly Line[] = [];

  constructor(output: WriteStream, colour: boolean) {
    this.#output = output;
    this.#colour = colour;
    // The terminal has wrapped lines anew: where the table begins is not known any more.
    output.on('resize', () => this.#draw(CLEAR_SCREEN, this.#shown));
  }

  get maxLines(): number {
    return Math.max(10, this.#output.rows - 2);
  }

  table(lines: readonly Line[]): void {
    this.#draw(this.#back(), [[], ...lines]);
  }

  message(text: string): void {
    this.#output.write(`${text}\n`);
    this.#shown = [];
  }

  /** To the first line of what is shown. Nothing is cleared before it is overwritten: no flicker. */
  #back(): string {
    return this.#shown.length > 0 ? `\x1b[${this.#shown.length}F` : '';
  }

  #draw(start: string, lines: readonly Line[]): void {
    const rendering = { columns: this.#output.columns, colour: this.#colour };
    const text = lines.map((line) => `${renderLine(line, rendering)}${CLEAR_TO_LINE_END}\n`).join('');
    this.#output.write(`${SYNCHRONIZED.begin}${start}${text}${CLEAR_TO_SCREEN_END}${SYNCHRONIZED.end}`);
    this.#shown = lines;
  }
}
