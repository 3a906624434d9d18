import { styleText } from 'node:util';
import truncatedWidth from 'fast-string-truncated-width';
import { terminalText } from './terminal-text.ts';

export type Style = 'bold' | 'dim' | 'yellow' | 'cyan' | 'red' | 'inverse';

/** A stretch of a line in one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

export type Line = readonly Span[];

export interface Rendering {
  /** Terminal columns; what goes beyond is cut off. Infinity: nothing is. */
  readonly columns: number;
  readonly colour: boolean;
}

const ELLIPSIS = '…';

/** One line for a terminal, without a line feed. */
export function renderLine(line: Line, { columns, colour }: Rendering): string {
  const safe = line.map(({ text, style }) => ({ text: terminalText(text), style }));
  const rendered = (columns === Infinity ? safe : fit(safe, columns))
    .map(({ text, style }) =>
      colour && style && text !== '' ? styleText(style, text, { validateStream: false }) : text,
    )
    .join('');
  return colour ? rendered : rendered.trimEnd();
}

function fit(line: Line, columns: number): Line {
  let left = columns;
  return line.map(({ text, style }) => {
    const { width, index, truncated } = measure(text, left);
    const shown = left <= 0 ? '' : truncated ? text.slice(0, index) + ELLIPSIS : text;
    left = truncated ? 0 : left - width;
    return { text: shown, style };
  });
}

/** Columns that the text takes. */
export function widthOf(text: string): number {
  return measure(text, Infinity).width;
}

/** The text with blanks up to a width, at the end or the start. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

const ASCII = /^[\x20-\x7e]*$/;

function measure(text: string, limit: number): { width: number; index: number; truncated: boolean } {
  if (text.length <= limit && ASCII.test(text)) return { width: text.length, index: text.length, truncated: false };
  return truncatedWidth(text, { limit, ellipsis: ELLIPSIS, ellipsisWidth: 1 });
}
