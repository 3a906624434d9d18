import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'yellow' | 'cyan';

/** A stretch of a line in one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

/** How wide a line may be, in characters (Infinity: as wide as it is), and whether styles become terminal codes. */
export interface Rendering {
  readonly columns: number;
  readonly colour: boolean;
}

/** One line of text without a line feed; what does not fit is cut off and ends in an ellipsis. */
export function renderLine(line: Line, { columns, colour }: Rendering): string {
  return fit(line, columns)
    .map(({ text, style }) => (colour && style ? styleText(style, text, { validateStream: false }) : text))
    .join('')
    .trimEnd();
}

function fit(line: Line, columns: number): Line {
  const length = line.reduce((sum, { text }) => sum + text.length, 0);
  if (length <= columns) return line;
  let left = columns - 1;
  const fitting = line.map((span) => {
    const text = span.text.slice(0, left);
    left -= text.length;
    return { ...span, text };
  });
  return [...fitting, { text: '…' }];
}
