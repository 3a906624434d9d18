import { type Line, padEnd, padStart, type Span, widthOf } from './styled-line.ts';

export interface Column {
  readonly heading: string;
  /** Numbers stand at the right. */
  readonly align: 'left' | 'right';
}

const GAP = '  ';

/** Lines with every column as wide as its widest cell, under headings. */
export function alignedTable(columns: readonly Column[], rows: readonly (readonly string[])[]): Line[] {
  const widths = columns.map(({ heading }, index) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[index]!)), widthOf(heading)),
  );
  const cells = (row: readonly string[]): string =>
    row
      .map((text, index) => (columns[index]!.align === 'right' ? padStart : padEnd)(text, widths[index]!))
      .join(GAP)
      .trimEnd();
  const heading: Span = { text: cells(columns.map((column) => column.heading)), style: 'dim' };
  return [[heading], ...rows.map((row): Line => [{ text: cells(row) }])];
}
