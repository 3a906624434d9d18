import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { guarded, unawaited } from '../base/faults.ts';
import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import type { OtlpHttpConfig } from '../config/otlp-http.ts';
import { excerpt, ExportFailure, toFailure } from './failure.ts';
import { type Attempt, type AttemptLimit, DEVELOPMENT_VERSION, type OtlpTransport } from './otlp-transport.ts';
import { retryAfterMillis } from './retry-after.ts';

const compress = promisify(gzip);

const { name, version } = INSTRUMENTATION_SCOPE;
const USER_AGENT = `${name}/${version} OTel-OTLP-Exporter-JavaScript/${version}`;
// OTLP: no more of an answer is read.
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const RETRYABLE_STATUS = new Set([429, 502, 503, 504]);
// The receiver could not be reached, or was lost: others of Node's errors (of TLS, of names) will be the same next time.
const RETRYABLE_CODES = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * OTLP over HTTP. Node's own client, because OpenTelemetry's transport, marked as internal, hides its retries, cannot be cut
 * off, retries at once where it cannot read `Retry-After`, and has Node warn on the console where that is 0.
 */
export class OtlpHttpTransport implements OtlpTransport {
  readonly #config: OtlpHttpConfig;
  readonly #request: typeof httpRequest;
  #agent: Promise<Agent> | undefined;

  constructor(config: OtlpHttpConfig) {
    this.#config = config;
    this.#request = config.url.startsWith('https:') ? httpsRequest : httpRequest;
  }

  async pack(request: Uint8Array): Promise<Uint8Array> {
    return this.#config.compression === 'gzip' ? compress(request) : request;
  }

  async send(packed: Uint8Array, { signal }: AttemptLimit): Promise<Attempt> {
    try {
      const agent = await (this.#agent ??= this.#config.agent());
      const response = await this.#post(packed, await this.#headers(packed), agent, signal);
      return await readAttempt(response);
    } catch (thrown) {
      const failure = toFailure(thrown);
      return RETRYABLE_CODES.has(failure.kind)
        ? { status: 'retryable', failure, retryInMillis: undefined }
        : { status: 'failure', failure };
    }
  }

  close(): void {
    if (this.#agent === undefined) return;
    const closed = this.#agent.then(
      (agent) => agent.destroy(),
      () => undefined,
    );
    unawaited('the end of the connections met an error', closed);
  }

  async #headers(packed: Uint8Array): Promise<Record<string, string | number>> {
    return {
      'User-Agent': USER_AGENT,
      ...(await this.#config.headers()),
      [DEVELOPMENT_VERSION.header]: DEVELOPMENT_VERSION.value,
      'Content-Length': packed.length,
      ...(this.#config.compression === 'gzip' && { 'Content-Encoding': 'gzip' }),
    };
  }

  #post(
    packed: Uint8Array,
    headers: Record<string, string | number>,
    agent: Agent,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.#request(this.#config.url, { method: 'POST', headers, agent, signal }, resolve);
      request.on('error', reject);
      // Not every answer is a response or an error: 101 is neither.
      const onClose = (): void => reject(new ExportFailure('answer', 'the connection was closed without an answer'));
      request.on('close', guarded('an export met an error', onClose));
      request.end(packed);
    });
  }
}

async function readAttempt(response: IncomingMessage): Promise<Attempt> {
  const { statusCode = 0, statusMessage = '', headers } = response;
  const isSuccess = statusCode >= 200 && statusCode <= 299;
  const answer = await readAnswer(response).catch((thrown: unknown) => {
    // The request was taken; to send it again would double it.
    if (isSuccess && !(thrown instanceof ExportFailure)) return undefined;
    throw thrown;
  });
  if (isSuccess) return { status: 'success', answer };
  const reason = `HTTP ${statusCode} ${statusMessage}${answer ? excerpt(answer) : ''}`;
  const failure = new ExportFailure(`HTTP ${statusCode}`, reason);
  if (!RETRYABLE_STATUS.has(statusCode)) return { status: 'failure', failure };
  return { status: 'retryable', failure, retryInMillis: retryAfterMillis(headers['retry-after']) };
}

async function readAnswer(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // To leave the loop closes the connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new ExportFailure('answer', `HTTP ${response.statusCode ?? 0} with an answer of more than 4 MiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
