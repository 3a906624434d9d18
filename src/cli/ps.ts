import { listJson } from './list-json.ts';
import type { TaskSource } from './task-source.ts';
import { taskLines, type ViewOptions } from './task-view.ts';
import { titleLines } from './title-lines.ts';
import { writeLines } from './write-lines.ts';
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
