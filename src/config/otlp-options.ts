import { InvalidOptionError } from '../base/errors.ts';
import { isHeaderName, isHeaderValue } from './otlp-headers.ts';

/** How OTLP requests travel. */
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

export const OTLP_PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc'];

/** Certificates and keys as PEM. */
export interface OtlpTlsOptions {
  /** Certificates that the receiver's has to be signed by. Default: those that Node.js trusts. */
  readonly ca?: string | Buffer;
  /** For mutual TLS, with `key`: the client's certificate chain. */
  readonly cert?: string | Buffer;
  /** For mutual TLS, with `cert`: the client's private key. */
  readonly key?: string | Buffer;
}

/** Where and how profiles are sent over OTLP. What is left out comes from the environment, then from the default. */
export interface OtlpExporterOptions {
  /**
   * `grpc` needs the package `@grpc/grpc-js`, which is loaded at the first export. Environment:
   * `OTEL_EXPORTER_OTLP_PROFILES_PROTOCOL`, `OTEL_EXPORTER_OTLP_PROTOCOL`. Default: `http/protobuf`.
   */
  readonly protocol?: OtlpProtocol;
  /**
   * HTTP: the complete URL, `http:` or `https:`. gRPC: scheme, host and port; `http:` is without TLS. Environment:
   * `OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT` as it is, or `OTEL_EXPORTER_OTLP_ENDPOINT`, to which HTTP has the path appended.
   * Default: `http://localhost:4318/v1development/profiles`; gRPC `http://localhost:4317`.
   */
  readonly url?: string;
  /**
   * Sent with every request, over those of `OTEL_EXPORTER_OTLP_PROFILES_HEADERS` and `OTEL_EXPORTER_OTLP_HEADERS`.
   * Default: none.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Milliseconds for one export, its retries included; then it is cut off. Environment:
   * `OTEL_EXPORTER_OTLP_PROFILES_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT`. Default: 10,000. A request that hangs holds its
   * bytes, and the process at its exit, for so long.
   */
  readonly timeoutMillis?: number;
  /**
   * Environment: `OTEL_EXPORTER_OTLP_PROFILES_COMPRESSION`, `OTEL_EXPORTER_OTLP_COMPRESSION`. Default: `none`. `gzip` makes
   * requests several times smaller, off the main thread.
   */
  readonly compression?: 'none' | 'gzip';
  /**
   * In place of `OTEL_EXPORTER_OTLP_[PROFILES_]CERTIFICATE`, `_CLIENT_KEY` and `_CLIENT_CERTIFICATE`, which name files.
   */
  readonly tls?: OtlpTlsOptions;
  /** Exports under way at the same time; what comes beyond is dropped. Default: 4. Each more may hold one more request. */
  readonly concurrencyLimit?: number;
  /**
   * Bytes of a request before compression; a larger export is sent as several. At most 64 MiB, which OTLP forbids to exceed.
   * Default: 64 MiB over HTTP, 4 MiB over gRPC, where most receivers take no more. (A Collector takes 20 MiB over HTTP.)
   */
  readonly maxRequestBytes?: number;
}

/** OTLP: a client must not send a request beyond this, before compression. */
export const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

const isPositive = (value: unknown): boolean => Number.isFinite(value) && (value as number) > 0;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

const RULES: readonly [keyof OtlpExporterOptions, requirement: string, accepts: (value: unknown) => boolean][] = [
  [
    'protocol',
    '"http/protobuf", "http/json" or "grpc"',
    (value) => (OTLP_PROTOCOLS as readonly unknown[]).includes(value),
  ],
  ['timeoutMillis', 'a number of milliseconds greater than 0', isPositive],
  ['compression', '"none" or "gzip"', (value) => value === 'none' || value === 'gzip'],
  ['concurrencyLimit', 'a whole number greater than 0', isCount],
  [
    'maxRequestBytes',
    `a whole number from 1 to ${MAX_REQUEST_BYTES}`,
    (value) => isCount(value) && (value as number) <= MAX_REQUEST_BYTES,
  ],
];

/** Looks at all but `url`, which means something else in each protocol. Throws an {@link InvalidOptionError}. */
export function checkOtlpOptions(options: OtlpExporterOptions): void {
  for (const [option, requirement, accepts] of RULES) {
    const value = options[option];
    if (value !== undefined && !accepts(value)) throw new InvalidOptionError(option, requirement, value);
  }
  if (options.headers !== undefined) checkHeaders(options.headers);
  if (options.tls !== undefined) checkTls(options.tls);
}

function checkHeaders(headers: unknown): void {
  if (!isRecord(headers)) throw new InvalidOptionError('headers', 'an object of header names and values', headers);
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderName(name)) throw new InvalidOptionError('headers', 'an object with HTTP header names as keys', name);
    // A header's value may be a credential: the message shows its type only.
    if (!isHeaderValue(value)) throw new InvalidOptionError(`headers.${name}`, 'an HTTP header value', typeof value);
  }
}

function checkTls(tls: unknown): void {
  if (!isRecord(tls)) throw new InvalidOptionError('tls', 'an object with ca, cert or key', tls);
  for (const name of ['ca', 'cert', 'key']) {
    const value = tls[name];
    const isPem = value === undefined || typeof value === 'string' || Buffer.isBuffer(value);
    // A key is a secret: the message shows its type only.
    if (!isPem) throw new InvalidOptionError(`tls.${name}`, 'a string or Buffer of PEM', typeof value);
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw new InvalidOptionError('tls', 'without cert and key, or with both', Object.keys(tls));
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
