import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { encodeResponse } from '../../examples/receiver/decode.ts';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface OtlpServer {
  readonly port: number;
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** The connections so far. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

/** An answer to the request of that number, from 0. */
export type Answer = (response: ServerResponse, index: number) => void;

/** Takes everything, as a receiver does that is well. */
export const accept: Answer = (response) => void response.writeHead(200).end(encodeResponse());

/** A receiver on loopback that answers as `answer` says; on a free port unless one is given, and with TLS where that is. */
export async function startOtlpServer(
  answer: Answer = accept,
  { port = 0, tls }: { port?: number; tls?: ServerOptions } = {},
): Promise<OtlpServer> {
  const requests: ReceivedRequest[] = [];
  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const index = requests.length;
    const { method, url: path, headers } = request;
    const received = { method, path, headers, body: Buffer.alloc(0) };
    requests.push(received);
    buffer(request).then(
      (body) => {
        received.body = body;
        answer(response, index);
      },
      () => response.destroy(),
    );
  };
  const server = tls ? createTlsServer(tls, receive) : createServer(receive);
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => connections.push(socket));
  // Only the client closes a connection.
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}/v1development/profiles`,
    requests,
    connections,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
