import { existsSync } from 'node:fs';
import { checkSocketFolder, debugSocketPath, hasDebugSockets, UnsafeSocketFolderError } from '../base/debug-socket.ts';
import { type EndpointAddress, ENDPOINT_PATH } from './endpoint-address.ts';
import { CommandError, UsageError } from './failure.ts';

/** The socket of a process that runs with the register entry. Throws a {@link CommandError} that says why there is none. */
export function attachAddress(pidText: string): EndpointAddress {
  const pid = Number(pidText);
  if (!/^\d{1,10}$/.test(pidText) || pid < 1) throw new UsageError(`PID must be the id of a process, got "${pidText}"`);
  if (!hasDebugSockets) throw new CommandError('attach needs Unix domain sockets, which this system does not have');
  const socketPath = debugSocketPath(pid);
  checkProcess(pid);
  checkFolder();
  if (!existsSync(socketPath)) throw new CommandError(noSocketText(pid, socketPath));
  return { url: new URL(`http://localhost${ENDPOINT_PATH}`), socketPath, name: `process ${pid}` };
}

function checkProcess(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    const isOther = (thrown as NodeJS.ErrnoException).code === 'EPERM';
    const problem = isOther ? `process ${pid} belongs to another user` : `there is no process ${pid}`;
    throw new CommandError(problem, { cause: thrown });
  }
}

function checkFolder(): void {
  try {
    checkSocketFolder();
  } catch (thrown) {
    // Without the folder there is no socket either: that is told next.
    if (thrown instanceof UnsafeSocketFolderError) throw new CommandError(thrown.message, { cause: thrown });
  }
}

function noSocketText(pid: number, socketPath: string): string {
  return (
    `process ${pid} cannot be attached to: it does not run with "node --import otel-taskprof/register", or with ` +
    `OTEL_TASKPROF_ATTACH=false, or with another XDG_RUNTIME_DIR (no socket at ${socketPath})`
  );
}
