import { type Line, renderLine } from './styled-line.ts';
import { writeStdout } from './write-output.ts';

/** Lines for each write: a tree may have a million. */
const LINES_PER_WRITE = 1_000;

/** Prints lines, in colours where that is a terminal. */
export async function writeLines(lines: readonly Line[]): Promise<void> {
  // Not cut off at the edge of the terminal: what is printed is there to be searched and copied.
  const rendering = { columns: Infinity, colour: process.stdout.isTTY && process.stdout.hasColors() };
  for (let from = 0; from < lines.length; from += LINES_PER_WRITE) {
    const some = lines.slice(from, from + LINES_PER_WRITE);
    await writeStdout(some.map((line) => `${renderLine(line, rendering).trimEnd()}\n`).join(''));
  }
}
