import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { printable } from '../base/errors.ts';
import {
  type DebugServerConfig,
  type DebugServerOptions,
  debugHandlerConfig,
  debugServerConfig,
  isLoopback,
} from '../config/debug-endpoint.ts';
import type { TaskProfiler } from '../profiler.ts';
import { createDebugHandler } from './debug-handler.ts';
import { createQuietServer } from './quiet-server.ts';
import { RequestError } from './request-error.ts';
import { isNavigation, refuseOtherSites } from './request-target.ts';
import { sendFailure } from './send-answer.ts';

/** A debug endpoint with a listener of its own. */
export interface DebugServer {
  /** Where the tasks are: `http://127.0.0.1:6060/debug/tasks`. */
  readonly url: string;
  /** Cuts off whoever is still answered. */
  close(): Promise<void>;
}

/**
 * Listens on the loopback of this machine for requests that `createDebugHandler` answers. Keeps no process alive. Rejects where it
 * can't listen (`EADDRINUSE`).
 *
 * @throws InvalidOptionError, for any host that others than this machine could reach as well
 */
export function startDebugServer(profiler: TaskProfiler, options: DebugServerOptions = {}): Promise<DebugServer> {
  const config = debugServerConfig(options);
  const { path } = debugHandlerConfig(options);
  const handler = createDebugHandler(profiler, options);
  return listen(config, path, (request, response) => {
    try {
      refuseStrangers(request);
    } catch (thrown) {
      sendFailure(response, thrown);
      return;
    }
    handler(request, response);
  });
}

async function listen(
  { port, host }: DebugServerConfig,
  path: string,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<DebugServer> {
  const server = createQuietServer(listener);
  // In a cluster the primary would hand out connections to any of its workers.
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${bound}${path}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A web page may have a name of its own resolve to the loopback, and so read what is there: its browser tells by that name. Or have something
 * done there, without a look at the answer. To link to it is harmless.
 */
function refuseStrangers(request: IncomingMessage): void {
  const { host } = request.headers;
  if (host !== undefined && !isLoopback(hostnameOf(host)))
    throw new RequestError(403, `Host must be one of this machine's loopback, got ${printable(host)}`);
  if (!isNavigation(request)) refuseOtherSites(request);
}

function hostnameOf(host: string): string | undefined {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
}
