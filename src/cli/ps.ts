import { listJson } from './list-json.ts';
import { type Line, renderLine } from './styled-line.ts';
import type { TaskSource } from './task-source.ts';
import { taskLines, type ViewOptions } from './task-view.ts';
import { titleLines } from './title-lines.ts';
import { writeStdout } from './write-output.ts';

export interface PsOptions {
  readonly view: ViewOptions;
  readonly json: boolean;
}

/** Prints what the source has, once. */
export async function ps(source: TaskSource, { view, json }: PsOptions): Promise<void> {
  const list = await source.load();
  if (json) return writeStdout(listJson(list));
  await writeLines([...titleLines(list), [], ...taskLines(list, view)]);
}

/** Lines for each write: a tree may have a million. */
const LINES_PER_WRITE = 1_000;

async function writeLines(lines: readonly Line[]): Promise<void> {
  // Not cut off at the edge of the terminal: what is printed is there to be searched and copied.
  const rendering = { columns: Infinity, colour: process.stdout.isTTY && process.stdout.hasColors() };
  for (let from = 0; from < lines.length; from += LINES_PER_WRITE) {
    const some = lines.slice(from, from + LINES_PER_WRITE);
    await writeStdout(some.map((line) => `${renderLine(line, rendering).trimEnd()}\n`).join(''));
  }
}
