import type { IncomingMessage, ServerResponse } from 'node:http';
import { printable, toError } from '../base/errors.ts';
import { RequestError } from '../debug/request-error.ts';
import { encodeStatus } from '../encode/otlp-response.ts';
import type { BodyReader } from './read-body.ts';
import { type Encoding, type Intake, isRefusal, type Signal } from './receive.ts';

const SIGNALS: Readonly<Record<string, Signal>> = { '/v1/traces': 'traces', '/v1development/profiles': 'profiles' };

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  'application/x-protobuf': 'protobuf',
  'application/json': 'json',
};
const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Codes of `google.rpc.Status`. */
const STATUS_CODES: Readonly<Record<number, number>> = { 400: 3, 403: 7, 404: 5, 405: 12, 413: 8, 415: 3, 503: 14 };
const INTERNAL = 13;

export function isOtlpRequest({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' || pathOf(url) in SIGNALS;
}

/** Answers as OTLP has it: in the encoding of the request, errors as a `Status`. Never rejects. */
export async function answerOtlp(
  request: IncomingMessage,
  response: ServerResponse,
  { intake, bodies, check }: { intake: Intake; bodies: BodyReader; check: (request: IncomingMessage) => void },
): Promise<void> {
  let encoding: Encoding = 'json';
  try {
    check(request);
    const signal = signalOf(request);
    encoding = encodingOf(request);
    intake.take(signal, encoding, await bodies.read(request));
    send(response, 200, encoding, encoding === 'json' ? '{}' : new Uint8Array());
  } catch (thrown) {
    const { status, message, headers } = toRequestError(thrown);
    const code = STATUS_CODES[status] ?? INTERNAL;
    send(
      response,
      status,
      encoding,
      encoding === 'json' ? JSON.stringify({ code, message }) : encodeStatus(code, message),
      headers,
    );
  }
}

function signalOf({ method, url = '' }: IncomingMessage): Signal {
  const path = pathOf(url);
  const signal = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
  if (signal === undefined) {
    throw new RequestError(
      404,
      `nothing is received at ${printable(path)}, only ${Object.values(SIGNALS).join(' and ')}`,
    );
  }
  if (method !== 'POST')
    throw new RequestError(405, `the method must be POST, got ${printable(method)}`, { Allow: 'POST' });
  return signal;
}

function encodingOf({ headers }: IncomingMessage): Encoding {
  const type = headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase() ?? '';
  if (Object.hasOwn(ENCODINGS, type)) return ENCODINGS[type]!;
  throw new RequestError(415, `Content-Type must be ${Object.keys(ENCODINGS).join(' or ')}, got ${printable(type)}`);
}

/** What is not the sender's fault may be tried again. */
function toRequestError(thrown: unknown): RequestError {
  if (thrown instanceof RequestError) return thrown;
  if (isRefusal(thrown)) return new RequestError(400, thrown.message);
  return new RequestError(503, `it could not be stored: ${toError(thrown).message}`, { 'Retry-After': '5' });
}

function send(
  response: ServerResponse,
  status: number,
  encoding: Encoding,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  // What is not read of a refused body would be taken for the next request.
  const connection = status === 200 ? {} : { Connection: 'close' };
  response.writeHead(status, { 'Content-Type': CONTENT_TYPES[encoding], ...connection, ...headers }).end(body);
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!;
}
