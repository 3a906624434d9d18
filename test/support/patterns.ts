import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { ExpectedTasks } from './tasks.ts';

/** A way of writing asynchronous code, and the tasks that it is. */
export interface Pattern {
  readonly name: string;
  /**
   * Body of a module that declares `start(a, b, tools)`: begins whatever waits first for promise `a`, then for `b`.
   * Module-agnostic, so that the same text serves as an ES module and as CommonJS.
   */
  readonly source: string;
  /** How often `start` is called, each time with promises of its own; default 1,000. */
  readonly count?: number;
  /** The tasks of one start when everything that could run has run, while `a` and `b` are pending. */
  readonly parked: readonly ExpectedTasks[];
  /** The same in the very turn of the start; default `parked`, `'none'` where nothing is parked before a later turn. */
  readonly atOnce?: readonly ExpectedTasks[] | 'none';
  /** The tasks of one start while only `b` is pending; default none. */
  readonly resumed?: readonly ExpectedTasks[];
}

/** What a pattern gets besides its promises. */
export interface PatternTools {
  /** One promise for all starts of a pattern; it is fulfilled after every `b`. */
  readonly shared: Promise<void>;
  readonly context: typeof context;
  readonly ROOT_CONTEXT: typeof ROOT_CONTEXT;
  /** To be called by patterns that begin in a timer or an I/O callback, just before they park. */
  readonly arrived: () => void;
}

export interface PatternModule {
  readonly start: (a: Promise<void>, b: Promise<void>, tools: PatternTools) => unknown;
}

export type ModuleKind = 'ES module' | 'CommonJS';

/** A pattern as a real file, and what it exports. */
export interface LoadedPattern extends PatternModule {
  readonly file: string;
  /** Removes the file. */
  readonly remove: () => void;
}

const EXPORTS: Record<ModuleKind, string> = {
  'ES module': 'export { start };',
  CommonJS: 'module.exports = { start };',
};

/** Writes the pattern to a file of its own and loads that, so that its frames can't be taken for those of another. */
export async function loadPattern(pattern: Pattern, kind: ModuleKind): Promise<LoadedPattern> {
  const folder = mkdtempSync(join(tmpdir(), 'taskprof-pattern-'));
  const file = join(folder, kind === 'CommonJS' ? 'pattern.cjs' : 'pattern.mjs');
  writeFileSync(file, `${pattern.source}\n${EXPORTS[kind]}\n`);
  const loaded = (
    kind === 'CommonJS' ? createRequire(file)(file) : await import(pathToFileURL(file).href)
  ) as PatternModule;
  return { start: loaded.start, file, remove: () => rmSync(folder, { recursive: true }) };
}

/** The groups of `once` times `starts`, equal groups added up; none for no starts. */
export function times(starts: number, once: readonly ExpectedTasks[]): ExpectedTasks[] {
  return starts === 0 ? [] : once.map((group) => ({ ...group, tasks: group.tasks * starts }));
}

/** Both lists as one, groups that differ in nothing but their number of tasks added up. */
export function together(one: readonly ExpectedTasks[], other: readonly ExpectedTasks[]): ExpectedTasks[] {
  const groups = new Map<string, ExpectedTasks>();
  for (const group of [...one, ...other]) {
    const { tasks, ...where } = group;
    const key = JSON.stringify(where);
    groups.set(key, { ...group, tasks: tasks + (groups.get(key)?.tasks ?? 0) });
  }
  return [...groups.values()];
}
