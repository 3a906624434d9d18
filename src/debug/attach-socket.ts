import { mkdirSync, rmSync } from 'node:fs';
import { diag } from '@opentelemetry/api';
import { checkSocketFolder, debugSocketFolder, debugSocketPath } from '../base/debug-socket.ts';
import { toError } from '../base/errors.ts';
import type { TaskProfiler } from '../profiler.ts';
import type { DebugHandler } from './debug-handler.ts';
import { createQuietServer } from './quiet-server.ts';

/** The user of the process may ask for more than whoever reaches an endpoint. */
const LIMITS = { maxSeconds: 3_600, maxTasks: 1_000_000 } as const;

/**
 * Has `taskprof attach` reach the tasks of a profiler, over a socket that only this user can open, until the function that it gives is
 * called or the process ends. Keeps no process alive. Where there can be no socket `diag` says why.
 */
export function openAttachSocket(profiler: TaskProfiler): () => void {
  try {
    return listenAt(debugSocketPath(process.pid), loadedAtFirstUse(profiler));
  } catch (thrown) {
    warn(thrown);
    return () => undefined;
  }
}

function listenAt(path: string, handler: DebugHandler): () => void {
  mkdirSync(debugSocketFolder(), { recursive: true, mode: 0o700 });
  checkSocketFolder();
  // Of a process that had the same id and was killed.
  rmSync(path, { force: true });
  const server = createQuietServer(handler).on('error', warn);
  // In a cluster the primary would listen for all its workers, who are processes to attach to themselves.
  server.listen({ path, exclusive: true });
  const remove = (): void => rmSync(path, { force: true });
  process.once('exit', remove);
  return () => {
    process.removeListener('exit', remove);
    server.close();
    server.closeAllConnections();
    remove();
  };
}

/** Nearly all processes run without anybody attaching to them. */
function loadedAtFirstUse(profiler: TaskProfiler): DebugHandler {
  let loading: Promise<DebugHandler> | undefined;
  return (request, response) => {
    loading ??= import('./debug-handler.ts').then(({ createDebugHandler }) => createDebugHandler(profiler, LIMITS));
    loading.then(
      (handler) => handler(request, response),
      (error: unknown) => {
        warn(error);
        response.destroy();
      },
    );
  };
}

function warn(thrown: unknown): void {
  diag.warn(`otel-taskprof: taskprof attach can't reach this process: ${toError(thrown).message}`);
}
