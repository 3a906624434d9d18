import { mkdirSync, rmSync } from 'node:fs';
import { diag } from '@opentelemetry/api';
import { checkSocketFolder, debugSocketFolder, debugSocketPath } from '../base/debug-socket.ts';
import { toError } from '../base/errors.ts';
import { guarded, takeAll, tellFault } from '../base/faults.ts';
import type { TaskProfiler } from '../profiler.ts';
import type { DebugHandler } from './debug-handler.ts';
import { createQuietServer } from './quiet-server.ts';

const FAULT = 'the socket of taskprof attach met an error';

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
  const remove = guarded(FAULT, () => rmSync(path, { force: true }));
  process.once('exit', remove);
  const close = [
    process.removeListener.bind(process, 'exit', remove),
    server.close.bind(server, undefined),
    server.closeAllConnections.bind(server),
    remove,
  ];
  // Where an end is a function of our own, what fails in it leaves all of this.
  return takeAll.bind(null, FAULT, close);
}

/** Nearly all processes run without anybody attaching to them. */
function loadedAtFirstUse(profiler: TaskProfiler): DebugHandler {
  let loading: Promise<DebugHandler> | undefined;
  const load = async (): Promise<DebugHandler> => {
    const { createDebugHandler } = await import('./debug-handler.ts');
    return createDebugHandler(profiler, LIMITS);
  };
  return (request, response) => {
    const fail = (thrown: unknown): void => {
      tellFault(FAULT, thrown);
      response.destroy();
    };
    try {
      (loading ??= load()).then((handler) => handler(request, response)).catch(fail);
    } catch (thrown) {
      fail(thrown);
    }
  };
}

function warn(thrown: unknown): void {
  diag.warn(`otel-taskprof: taskprof attach can't reach this process: ${toError(thrown).message}`);
}
