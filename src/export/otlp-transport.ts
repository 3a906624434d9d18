import type { ExportFailure } from './failure.ts';

/**
 * The version of `v1development` that is encoded. Collectors from 0.164 on refuse what they do not know; where it is missing
 * they take it for the first (opentelemetry-proto, pull request 857).
 */
export const DEVELOPMENT_VERSION = { header: 'OTLP-Profiles-Development-Version', value: '1' } as const;

/** What became of one try. */
export type Attempt =
  /** `answer` is undefined where the receiver took the request, but its answer did not come whole. */
  | { readonly status: 'success'; readonly answer: Uint8Array | undefined }
  /** OTLP allows to try again, after `retryInMillis` where the receiver gave it. */
  | { readonly status: 'retryable'; readonly failure: ExportFailure; readonly retryInMillis: number | undefined }
  | { readonly status: 'failure'; readonly failure: ExportFailure };

/** When a try has to end. */
export interface AttemptLimit {
  /** Cuts the try off; what it then gives is of no interest. */
  readonly signal: AbortSignal;
  /** Milliseconds until then. */
  readonly remainingMillis: number;
}

/** Carries encoded requests to a receiver. */
export interface OtlpTransport {
  /** What is sent for a request, made once for all its tries. Rejects where it cannot be made. */
  pack(request: Uint8Array): Promise<Uint8Array>;
  /** One try; retries are its caller's. Never rejects. */
  send(packed: Uint8Array, limit: AttemptLimit): Promise<Attempt>;
  /** Closes the connections. */
  close(): void;
}
