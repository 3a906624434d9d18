import { spawnSync } from 'node:child_process';
import { findGo } from './find-go.ts';

const go = findGo();

// Go builds a tool when it is first asked for.
const TIMEOUT_MILLIS = 300_000;

/** A test that needs Go; without it one that is pending and says so. */
export function itWithGo(title: string, test: () => void | Promise<void>): void {
  if (go === undefined) it(`${title} (not run: needs Go, see https://go.dev/doc/install)`);
  else it(title, test).timeout(TIMEOUT_MILLIS);
}

/** The standard output of `go ...args` in `folder`; throws with what it says on the error output. */
export function runGo(folder: string, ...args: string[]): Buffer {
  if (go === undefined) throw new Error('there is no Go');
  const { status, stdout, stderr } = spawnSync(go, args, { cwd: folder, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`go ${args.join(' ')} ended with ${String(status)}: ${stderr.toString()}`);
  return stdout;
}
