import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { toError } from '../base/errors.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { CommandError } from './failure.ts';
import { terminalText } from './terminal-text.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Without parameters, in lower case; '' where none is told. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface HttpGetOptions {
  readonly parameters: readonly (readonly [string, string])[];
  readonly token: string | undefined;
  /** For the whole answer. */
  readonly timeoutMillis: number;
  /** Gives up earlier. */
  readonly signal?: AbortSignal | undefined;
}

const MAX_BODY_BYTES = 512 * 1024 * 1024;

/** One GET. Rejects with a {@link CommandError} in one line where there is no whole answer. */
export async function httpGet(address: EndpointAddress, options: HttpGetOptions): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(options.timeoutMillis);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  try {
    return await readAnswer(await send(address, options, signal));
  } catch (thrown) {
    throw new CommandError(problemText(thrown, address, timeout.aborted, options.timeoutMillis), { cause: thrown });
  }
}

function send(
  { url, socketPath }: EndpointAddress,
  options: HttpGetOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const whole = new URL(url);
  for (const [name, value] of options.parameters) whole.searchParams.append(name, value);
  const request = whole.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(whole, {
      // Ours is the only request; a kept connection would hold up the end of the command.
      agent: false,
      signal,
      ...(socketPath !== undefined && { socketPath }),
      headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
    });
    sent.once('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      response.destroy();
      throw new Error(`the answer has more than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const [contentType = ''] = (response.headers['content-type'] ?? '').split(';');
  return {
    status: response.statusCode ?? 0,
    contentType: contentType.trim().toLowerCase(),
    body: Buffer.concat(chunks),
  };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer to the connection',
  ECONNRESET: 'the connection was closed without a whole answer',
  EPIPE: 'the connection was closed without a whole answer',
  EACCES: 'the socket may not be opened',
};

function problemText(thrown: unknown, { name }: EndpointAddress, timedOut: boolean, timeoutMillis: number): string {
  const { code = '', message } = toError(thrown) as NodeJS.ErrnoException;
  if (timedOut) return `${name} did not answer within ${timeoutMillis / 1e3} s`;
  if (code.startsWith('HPE_')) return `${name}: what answers is no HTTP server`;
  return `cannot reach ${name}: ${PROBLEMS[code] ?? terminalText(message)}`;
}
