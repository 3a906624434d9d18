import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Ends processes and removes a folder, when it is told to or when this process is gone, however it went. */
export interface Guard {
  /** Adds a process. */
  watch(child: ChildProcess): void;
  /** Interrupts the processes, waits for their end (kills them after 5 s), removes the folder. */
  end(): Promise<void>;
}

// Reads process ids until the other end of its stdin is closed, which the kernel does for a process that was killed, too.
const SCRIPT = `
  pids=
  while read -r pid; do pids="$pids $pid"; done
  for pid in $pids; do kill -INT $pid; done
  for pid in $pids; do
    tries=0
    while kill -0 $pid && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
    kill -KILL $pid
  done
  rm -rf "$1"`;

/** Starts the guard of `folder`: a shell of its own session, so that Ctrl-C in the terminal does not reach it. */
export function startGuard(folder: string): Guard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const ended = once(shell, 'exit');
  return {
    watch: ({ pid }) => shell.stdin.write(`${pid}\n`),
    async end() {
      shell.stdin.end();
      await ended;
    },
  };
}
