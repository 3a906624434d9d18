import type { ChildProcess } from 'node:child_process';

/** Something of the demo that runs beside its main process. */
export interface Part {
  /** Resolves when it has ended, whether it was told to or not, with an error that says how. */
  readonly ended: Promise<Error>;
  /** Ends it and resolves when it has ended. */
  stop(): Promise<void>;
}

/** Resolves when `child` has ended, or could not be started, with an error whose message begins with `name`. */
export function endOf(name: string, child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(new Error(`${name} could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => resolve(new Error(`${name} ended (${signal ?? `exit code ${code}`})`)));
  });
}
