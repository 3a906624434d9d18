import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that others can get at, or that somebody else made under this name: nothing in it can be trusted. */
export class UnsafeSocketFolderError extends Error {
  override readonly name = 'UnsafeSocketFolderError';
}

/** Whether processes can have such a socket here: it takes users that own files, which Windows does not have. */
export const hasDebugSockets: boolean = process.geteuid !== undefined;

/**
 * Where the process `pid` of this user is asked for its tasks: HTTP over a Unix domain socket, as at the debug endpoint. The same
 * for both sides where they have the same `XDG_RUNTIME_DIR` or, without that, the same folder for temporary files.
 */
export function debugSocketPath(pid: number): string {
  return join(debugSocketFolder(), `${pid}.sock`);
}

/** The folder of this user's sockets. */
export function debugSocketFolder(): string {
  const { XDG_RUNTIME_DIR: runtimeFolder = '' } = process.env;
  const parent = runtimeFolder === '' ? tmpdir() : runtimeFolder;
  return join(parent, `otel-taskprof-${process.geteuid?.() ?? 'user'}`);
}

/**
 * Both sides check before they use it: the folder for temporary files is everybody's, so another user may have been there first.
 *
 * @throws UnsafeSocketFolderError unless it is a folder of this user that nobody else can enter
 * @throws Error with the code `ENOENT` where there is none
 */
export function checkSocketFolder(folder: string = debugSocketFolder()): void {
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw new UnsafeSocketFolderError(`${folder} is no folder`);
  if (stats.uid !== process.geteuid?.()) throw new UnsafeSocketFolderError(`${folder} belongs to another user`);
  if ((stats.mode & 0o077) !== 0) throw new UnsafeSocketFolderError(`${folder} is open to other users`);
}
