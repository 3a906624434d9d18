import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../support/cache-folder.ts';
import { runGo } from './go.ts';

const MODULE = 'github.com/open-telemetry/sig-profiling/profcheck/cmd/profcheck@latest';

/**
 * The program file of OpenTelemetry's conformance checker for profiles: the one that `PROFCHECK` names, else built once from
 * its newest source. Rejects where that cannot be had.
 */
export async function profcheckProgram(): Promise<string> {
  const given = process.env.PROFCHECK;
  if (given) return given;
  const folder = cacheFolder('profcheck');
  const program = join(folder, 'profcheck');
  if (!existsSync(program)) await runGo(['install', MODULE], { cwd: '/', env: { GOBIN: folder } });
  return program;
}

/** What the checker says of a file with a `ProfilesData` message, duplicates and orphans in the tables included. */
export async function profcheck(program: string, file: string): Promise<string> {
  const run = promisify(execFile)(program, ['-check-dupes', '-check-orphans', file]);
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return stdout.trim().replace(`${file}: `, '');
}
