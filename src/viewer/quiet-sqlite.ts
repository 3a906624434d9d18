import type * as Sqlite from 'node:sqlite';

/** Loads `node:sqlite` without the warning that it is experimental (Node 22): users of the command can't do anything about it. */
export function loadSqlite(): typeof Sqlite {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called as a method of the process
  const { emitWarning } = process;
  process.emitWarning = (...args: unknown[]): void => {
    if (!String(args[0]).startsWith('SQLite is an experimental')) Reflect.apply(emitWarning, process, args);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
