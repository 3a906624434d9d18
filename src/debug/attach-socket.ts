import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { diag } from '@opentelemetry/api';
import { checkSocketFolder, debugSocketFolder, debugSocketPath, hasDebugSockets } from '../base/debug-socket.ts';
import { toError } from '../base/errors.ts';

/**
 * Answers `taskprof attach` with `handler`, over a socket that only this user can open, until the function that it gives is called
 * or the process ends. Keeps no process alive. Where there can be no socket `diag` says why.
 */
export function openAttachSocket(handler: RequestListener): () => void {
  if (!hasDebugSockets) return () => undefined;
  try {
    return listenAt(debugSocketPath(process.pid), handler);
  } catch (thrown) {
    warn(thrown);
    return () => undefined;
  }
}

function listenAt(path: string, handler: RequestListener): () => void {
  mkdirSync(debugSocketFolder(), { recursive: true, mode: 0o700 });
  checkSocketFolder();
  // Of a process that had the same id and was killed.
  rmSync(path, { force: true });
  const server = createServer(handler);
  server.on('error', warn);
  server.on('connection', (socket) => socket.unref());
  // In a cluster the primary would listen for all its workers, who are processes to attach to themselves.
  server.listen({ path, exclusive: true }).unref();
  const remove = (): void => rmSync(path, { force: true });
  process.once('exit', remove);
  return () => {
    process.removeListener('exit', remove);
    server.close();
    server.closeAllConnections();
    remove();
  };
}

function warn(thrown: unknown): void {
  diag.warn(`otel-taskprof: taskprof attach can't reach this process: ${toError(thrown).message}`);
}
