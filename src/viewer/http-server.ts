import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { printable, toError } from '../base/errors.ts';
import { RequestError } from '../debug/request-error.ts';
import { checkMethod, isNavigation } from '../debug/request-target.ts';
import { type About, answerOf } from './api.ts';
import { PAGE_PATH, SECURITY_HEADERS, sendAsset } from './assets.ts';
import { ChangeStream } from './change-stream.ts';
import { answerOtlp, isOtlpRequest } from './otlp-http.ts';
import { BodyReader } from './read-body.ts';
import type { Intake } from './receive.ts';
import type { Store } from './store.ts';
import { refuseStrangers } from './strangers.ts';

export interface HttpServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
}

/** One listener for the page, its questions, and OTLP over HTTP. Rejects where it can't listen. */
export async function startHttpServer(
  store: Store,
  intake: Intake,
  { host, port, allowedHosts }: HttpServerOptions,
  about: () => About,
): Promise<HttpServer> {
  const changes = new ChangeStream(store);
  const otlp = {
    intake,
    bodies: new BodyReader(),
    check: (request: IncomingMessage) => refuseStrangers(request, allowedHosts),
  };
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    if (isOtlpRequest(request)) void answerOtlp(request, response, otlp);
    else answerPage(request, response, { store, changes, allowedHosts, about });
  });
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  // Such as too many open files: it goes on to listen.
  server.on('error', () => undefined);
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server, 'close');
      changes.close();
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Page {
  readonly store: Store;
  readonly changes: ChangeStream;
  readonly allowedHosts: readonly string[];
  readonly about: () => About;
}

/** Never throws. */
function answerPage(
  request: IncomingMessage,
  response: ServerResponse,
  { store, changes, allowedHosts, about }: Page,
): void {
  try {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    refuseStrangers(request, allowedHosts, path === PAGE_PATH && isNavigation(request));
    checkMethod(request.method);
    if (path === '/api/changes') {
      changes.add(response);
      return;
    }
    if (sendAsset(path, response)) return;
    const answer = answerOf(store, path, new URLSearchParams(query), about());
    if (answer === undefined) throw new RequestError(404, `there is nothing at ${printable(path)}`);
    sendJson(response, 200, answer);
  } catch (thrown) {
    const isExpected = thrown instanceof RequestError;
    const { status, headers } = isExpected ? thrown : { status: 500, headers: {} };
    sendJson(response, status, JSON.stringify({ error: toError(thrown).message }), headers);
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return;
  response.writeHead(status, { ...SECURITY_HEADERS, 'Content-Type': 'application/json', ...headers }).end(body);
}
