import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { toError } from '../base/errors.ts';
import { CommandError } from './failure.ts';

const MAX_BYTES = 512 * 1024 * 1024;
const TOO_LARGE = `more than ${MAX_BYTES} bytes`;

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  EISDIR: 'it is a folder',
  ERR_FS_FILE_TOO_LARGE: TOO_LARGE,
};

/** A file, or the standard input for `-`, without gzip. Throws a {@link CommandError}. */
export async function readInput(path: string): Promise<Uint8Array> {
  const bytes = await (path === '-' ? buffer(process.stdin) : readFileOrSay(path));
  if (bytes.length === 0) throw new CommandError(`${path}: it is empty`);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, path) : bytes;
}

async function readFileOrSay(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    throw new CommandError(`${path}: ${fileProblem(thrown)}`, { cause: thrown });
  }
}

/** Why a file could not be read or written, in words. */
export function fileProblem(thrown: unknown): string {
  const { code, message } = toError(thrown) as NodeJS.ErrnoException;
  return FILE_PROBLEMS[code ?? ''] ?? message;
}

function gunzip(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (thrown) {
    const { code, message } = toError(thrown) as NodeJS.ErrnoException;
    const problem = code === 'ERR_BUFFER_TOO_LARGE' ? `${TOO_LARGE} uncompressed` : `broken gzip: ${message}`;
    throw new CommandError(`${path}: ${problem}`, { cause: thrown });
  }
}
