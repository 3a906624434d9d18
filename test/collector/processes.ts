import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const STOP_TIMEOUT_MILLIS = 10_000;
const FATAL_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** An exit code, else a signal. */
export type ProcessEnd = number | NodeJS.Signals | null;

const running = new Set<ChildProcess>();
let ownEndIsWatched = false;

/** Takes a started process into the care of this one, and so it does not outlive it. */
export function keep<T extends ChildProcess>(child: T): T {
  watchOwnEnd();
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Asks a process to end and waits for it. */
export async function stop(child: ChildProcess): Promise<ProcessEnd> {
  if (!hasEnded(child)) child.kill('SIGTERM');
  return await end(child);
}

/** Waits for the end of a process that has been asked to end; one that does not is killed. */
export async function end(child: ChildProcess): Promise<ProcessEnd> {
  if (!hasEnded(child)) {
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLIS);
    await once(child, 'exit');
    clearTimeout(late);
  }
  return child.exitCode ?? child.signalCode;
}

/** Ends what a test has left running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop));
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** By itself, by an error, or by a signal such as that of Ctrl-C. */
function watchOwnEnd(): void {
  if (ownEndIsWatched) return;
  ownEndIsWatched = true;
  process.once('exit', killAll);
  for (const signal of FATAL_SIGNALS) {
    process.once(signal, () => {
      killAll();
      process.kill(process.pid, signal);
    });
  }
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
