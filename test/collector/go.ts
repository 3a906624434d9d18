import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { findGo } from '../support/find-go.ts';
import { keep } from './processes.ts';

export const GO_MISSING = `Go is missing: the tests build an OpenTelemetry Collector from source.
Get Go 1.26 or newer from https://go.dev/dl/ (Linux: unpack it to /usr/local/go; macOS: brew install go) and run this again.`;

export interface GoRun {
  /** Where the command runs. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what the command says on stderr, line by line. */
  readonly onLine?: (line: string) => void;
}

/** Runs Go and gives its stdout. Rejects with what it said last when it fails or is missing. */
export async function runGo(args: readonly string[], { cwd, env = {}, onLine }: GoRun): Promise<string> {
  const go = findGo();
  if (go === undefined) throw new Error(GO_MISSING);
  const child = keep(
    spawn(go, args, {
      cwd,
      // Neither settings of this machine for other projects, nor a C compiler.
      env: { ...process.env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const lines: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    onLine?.(line);
  });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`go ${args.join(' ')} failed:\n${lines.slice(-15).join('\n')}`);
  return stdout;
}
