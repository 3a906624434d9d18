import type * as Sqlite from 'node:sqlite';

/** This runtime has no `node:sqlite`. */
export class NoSqliteError extends Error {
  override readonly name = 'NoSqliteError';
}

/**
 * Loads `node:sqlite` without the warning that it is experimental (Node 22): users of the command can't do anything about it.
 * Throws a {@link NoSqliteError}.
 */
export function loadSqlite(): typeof Sqlite {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called as a method of the process
  const { emitWarning } = process;
  process.emitWarning = (...args: unknown[]): void => {
    if (!String(args[0]).startsWith('SQLite is an experimental')) Reflect.apply(emitWarning, process, args);
  };
  try {
    const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
    if (sqlite === undefined)
      throw new NoSqliteError(`the viewer needs node:sqlite, which ${process.version} of Node.js lacks here`);
    return sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
}
