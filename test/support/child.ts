import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process said and how it ended. */
export interface ChildResult {
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote to descriptor 3: what only the test is to see. */
  readonly aside: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A file of test/fixtures. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
}

/** Starts this Node with the arguments, and with descriptor 3 as a third pipe, without what the environment says about Node and OpenTelemetry. */
export function startNode(args: readonly string[]): ChildProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE|OTEL)_/.test(name)));
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
}

/** The same until it ends. */
export async function runNode(args: readonly string[]): Promise<ChildResult> {
  const child = startNode(args);
  const texts = child.stdio.slice(1).map((stream) => text(stream as Readable));
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  const [stdout = '', stderr = '', aside = ''] = await Promise.all(texts);
  return { stdout, stderr, aside, exitCode, signal };
}
