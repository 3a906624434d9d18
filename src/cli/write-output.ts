import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { CommandError } from './failure.ts';
import { fileProblem } from './read-input.ts';

/** Writes a file, or to the standard output for `-`. A file has its name only when it is complete. */
export async function writeOutput(path: string, content: Uint8Array): Promise<void> {
  if (path === '-') return writeStdout(content);
  try {
    if (await isSpecial(path)) await writeFile(path, content);
    else await writeAndRename(path, content);
  } catch (thrown) {
    const problem =
      (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'its folder is not there' : fileProblem(thrown);
    throw new CommandError(`cannot write ${path}: ${problem}`, { cause: thrown });
  }
}

/** Text or bytes; resolves when they are on their way. */
export async function writeStdout(content: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(content)) await once(process.stdout, 'drain');
}

async function writeAndRename(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** `/dev/null`, a pipe: nothing that another file could take the place of. */
async function isSpecial(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isFile();
  } catch {
    return false;
  }
}
