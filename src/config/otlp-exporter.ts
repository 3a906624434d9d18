/* eslint-disable @typescript-eslint/no-deprecated --
   convertLegacyHttpOptions is the only reader of the environment, certificates included, that the package exports; its own
   exporters use it as well. */
import { diag } from '@opentelemetry/api';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { InvalidOptionError, printable } from '../base/errors.ts';
import { environmentHeaderFilter, isHeaderName, isHeaderValue } from './otlp-headers.ts';

/** Where and how profiles are sent over OTLP/HTTP. What is left out comes from the environment, then from the default. */
export interface OtlpHttpExporterOptions {
  /**
   * The complete URL, `http:` or `https:`. Environment: `OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT` as it is, or
   * `OTEL_EXPORTER_OTLP_ENDPOINT` with the path appended. Default: `http://localhost:4318/v1development/profiles`.
   */
  readonly url?: string;
  /**
   * Sent with every request, over those of `OTEL_EXPORTER_OTLP_PROFILES_HEADERS` and `OTEL_EXPORTER_OTLP_HEADERS`.
   * Default: none.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Milliseconds for one export, its retries included; then it is given up. Environment:
   * `OTEL_EXPORTER_OTLP_PROFILES_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT`. Default: 10,000. A request that hangs holds its
   * bytes, and the process at its exit, for so long.
   */
  readonly timeoutMillis?: number;
  /**
   * Environment: `OTEL_EXPORTER_OTLP_PROFILES_COMPRESSION`, `OTEL_EXPORTER_OTLP_COMPRESSION`. Default: `none`. `gzip` makes
   * requests several times smaller, off the main thread.
   */
  readonly compression?: 'none' | 'gzip';
  /** Exports under way at the same time; what comes beyond is dropped. Default: 4. Each more may hold one more request. */
  readonly concurrencyLimit?: number;
}

/** All that the exporter needs: `option ?? environment ?? default`. */
export type OtlpHttpExporterConfig = ReturnType<typeof convertLegacyHttpOptions>;

const SIGNAL = 'PROFILES';
const RESOURCE_PATH = 'v1development/profiles';
const DEFAULT_URL = `http://localhost:4318/${RESOURCE_PATH}`;
const DEFAULT_CONCURRENCY_LIMIT = 4;
// What timers take; a larger number would mean 1 ms to them.
const MAX_TIMEOUT_MILLIS = 2 ** 31 - 1;

/** Throws an {@link InvalidOptionError} for a bad option; a bad environment value is warned of and left out. */
export function otlpHttpExporterConfig(options: OtlpHttpExporterOptions = {}): OtlpHttpExporterConfig {
  checkOptions(options);
  warnOfOtherProtocol();
  const config = convertLegacyHttpOptions(
    {
      ...(options.url !== undefined && { url: options.url }),
      ...(options.headers !== undefined && { headers: { ...options.headers } }),
      ...(options.timeoutMillis !== undefined && { timeoutMillis: options.timeoutMillis }),
      ...(options.compression !== undefined && { compression: compressionAlgorithm(options.compression) }),
      concurrencyLimit: options.concurrencyLimit ?? DEFAULT_CONCURRENCY_LIMIT,
    },
    SIGNAL,
    RESOURCE_PATH,
    { 'Content-Type': 'application/x-protobuf' },
  );
  return {
    ...config,
    url: isHttpUrl(config.url) ? config.url : defaultUrlInsteadOf(config.url),
    headers: environmentHeaderFilter(SIGNAL, config.headers),
    timeoutMillis: Math.min(config.timeoutMillis, MAX_TIMEOUT_MILLIS),
  };
}

function checkOptions({ url, headers, timeoutMillis, compression, concurrencyLimit }: OtlpHttpExporterOptions): void {
  if (url !== undefined && !isHttpUrl(url)) throw new InvalidOptionError('url', 'an http: or https: URL', url);
  if (headers !== undefined) checkHeaders(headers);
  if (timeoutMillis !== undefined && !(Number.isFinite(timeoutMillis) && timeoutMillis > 0)) {
    throw new InvalidOptionError('timeoutMillis', 'a number of milliseconds greater than 0', timeoutMillis);
  }
  if (compression !== undefined && !['none', 'gzip'].includes(compression)) {
    throw new InvalidOptionError('compression', '"none" or "gzip"', compression);
  }
  if (concurrencyLimit !== undefined && !(Number.isSafeInteger(concurrencyLimit) && concurrencyLimit > 0)) {
    throw new InvalidOptionError('concurrencyLimit', 'a whole number greater than 0', concurrencyLimit);
  }
}

function checkHeaders(headers: unknown): void {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new InvalidOptionError('headers', 'an object of header names and values', headers);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderName(name)) throw new InvalidOptionError('headers', 'an object with HTTP header names as keys', name);
    // A header's value may be a credential: the message shows its type only.
    if (!isHeaderValue(value)) throw new InvalidOptionError(`headers.${name}`, 'an HTTP header value', typeof value);
  }
}

function compressionAlgorithm(compression: 'none' | 'gzip'): CompressionAlgorithm {
  return compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE;
}

function isHttpUrl(url: unknown): boolean {
  return typeof url === 'string' && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

// `localhost:4318` parses as a URL, of the scheme `localhost`, and comes this far. Options were checked before.
function defaultUrlInsteadOf(url: string): string {
  diag.warn(
    `otel-taskprof: OTEL_EXPORTER_OTLP_ENDPOINT must be an http: or https: URL, got ${printable(url)}; using ${DEFAULT_URL}`,
  );
  return DEFAULT_URL;
}

function warnOfOtherProtocol(): void {
  const name = [`OTEL_EXPORTER_OTLP_${SIGNAL}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'].find((key) => process.env[key]);
  const protocol = name && process.env[name];
  if (protocol && protocol !== 'http/protobuf') {
    diag.warn(`otel-taskprof: ${name} is ${printable(protocol)}, but profiles are sent as http/protobuf`);
  }
}
