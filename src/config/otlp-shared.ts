import type { OtlpExporterOptions } from './otlp-options.ts';

/** What is decided alike for every protocol. */
export interface OtlpSharedConfig {
  readonly timeoutMillis: number;
  readonly compression: 'none' | 'gzip';
  readonly concurrencyLimit: number;
  readonly maxRequestBytes: number;
  /** Names and values that go with every request. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/** What the environment sets, as OpenTelemetry's exporters read it. */
interface EnvironmentLimits {
  readonly timeoutMillis?: number | undefined;
  readonly compression?: 'none' | 'gzip' | undefined;
}

const DEFAULT_TIMEOUT_MILLIS = 10_000;
const DEFAULT_CONCURRENCY_LIMIT = 4;
// What timers take; a larger number would mean 1 ms to them.
const MAX_TIMEOUT_MILLIS = 2 ** 31 - 1;

/** The part of the configuration that is numbers and names: `option ?? environment ?? default`. */
export function otlpLimits(
  options: OtlpExporterOptions,
  environment: EnvironmentLimits,
  defaultMaxRequestBytes: number,
): Omit<OtlpSharedConfig, 'headers'> {
  const timeoutMillis = options.timeoutMillis ?? environment.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS;
  return {
    timeoutMillis: Math.min(timeoutMillis, MAX_TIMEOUT_MILLIS),
    compression: options.compression ?? environment.compression ?? 'none',
    concurrencyLimit: options.concurrencyLimit ?? DEFAULT_CONCURRENCY_LIMIT,
    maxRequestBytes: options.maxRequestBytes ?? defaultMaxRequestBytes,
  };
}
