import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { decodeProfiles, decodeTraces, type DecodedProfiles } from './decode.ts';
import type { SpanStore } from './span-store.ts';

/** An OTLP/HTTP receiver on loopback, for traces (JSON) and profiles (protobuf). */
export interface Receiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface ReceiverOptions {
  /** Gets every profiles request, decoded. */
  readonly onProfiles: (request: DecodedProfiles) => void;
  /** Where received spans go. */
  readonly spans: SpanStore;
  /** 0, the default: a free one. */
  readonly port?: number;
}

interface Signal {
  readonly contentType: string;
  readonly answer: string;
  /** Decodes a body, or throws; what it gives back takes the content in. */
  readonly decode: (body: Buffer) => () => void;
}

/** What the protocol allows a client to send, before compression and after. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A request that is refused, with the HTTP status that says why. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Listens from when it resolves until `stop`. */
export async function startReceiver({ onProfiles, spans, port = 0 }: ReceiverOptions): Promise<Receiver> {
  const signals: Readonly<Record<string, Signal>> = {
    '/v1/traces': {
      contentType: 'application/json',
      answer: '{}',
      decode(body) {
        const decoded = decodeTraces(body).flatMap((resource) => resource.spans);
        return () => decoded.forEach((span) => spans.add(span));
      },
    },
    '/v1development/profiles': {
      contentType: 'application/x-protobuf',
      answer: '',
      decode(body) {
        const decoded = decodeProfiles(body);
        return () => onProfiles(decoded);
      },
    },
  };
  const server = createServer((request, response) => void respond(signals, request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function respond(
  signals: Readonly<Record<string, Signal>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const signal = signalOf(signals, request);
    const takeIn = decode(signal, await bodyOf(request));
    takeIn();
    response.writeHead(200, { 'content-type': signal.contentType }).end(signal.answer);
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500;
    response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end((error as Error).message);
  }
}

function signalOf(signals: Readonly<Record<string, Signal>>, request: IncomingMessage): Signal {
  const signal = signals[request.url ?? ''];
  if (!signal) throw new Refusal(404, `nothing is received at ${request.url}`);
  if (request.method !== 'POST') throw new Refusal(405, `${request.method} is not POST`);
  const type = request.headers['content-type']?.split(';')[0];
  if (type !== signal.contentType) throw new Refusal(415, `expected ${signal.contentType}, got ${type}`);
  return signal;
}

function decode(signal: Signal, body: Buffer): () => void {
  try {
    return signal.decode(body);
  } catch (error) {
    throw new Refusal(400, `cannot decode the request: ${(error as Error).message}`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Refusal(413, `a request of more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new Refusal(415, `unknown content encoding ${encoding}`);
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    throw new Refusal(400, `cannot decompress the request: ${(error as Error).message}`);
  }
}
