import { EventEmitter } from 'node:events';
import { type RequestListener, type Server, createServer } from 'node:http';
import type { Socket } from 'node:net';
import { guarded } from '../base/faults.ts';

/**
 * A server that the application does not notice: it keeps no process alive, and instrumentations of HTTP, which replace `emit` of all
 * servers, make no spans and no metrics of its requests.
 */
export function createQuietServer(listener: RequestListener): Server {
  const server = createServer(listener);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called as a method of the server
  server.emit = EventEmitter.prototype.emit;
  server.on(
    'connection',
    guarded('a connection met an error', (socket: Socket) => socket.unref()),
  );
  return server.unref();
}
