import type { Span } from '@opentelemetry/api';

/** Seconds and nanoseconds, as SDKs have times. */
type HrTime = readonly [seconds: number, nanos: number];

/** What an SDK's span shows of itself. */
export interface SpanFacts {
  readonly name: string;
  readonly parentSpanId: string | undefined;
  readonly startUnixNano: bigint;
  /** Undefined while it goes on. */
  readonly endUnixNano: bigint | undefined;
}

/** Undefined for spans that are not recorded in this process. */
export function spanFacts(span: Span): SpanFacts | undefined {
  const { name, startTime, endTime, ended, parentSpanContext, parentSpanId } = span as unknown as Record<
    string,
    unknown
  >;
  if (typeof name !== 'string' || !isHrTime(startTime)) return undefined;
  // SDK 1 had the id alone.
  const parent = (parentSpanContext as { spanId?: unknown } | undefined)?.spanId ?? parentSpanId;
  return {
    name,
    parentSpanId: typeof parent === 'string' ? parent : undefined,
    startUnixNano: nanos(startTime),
    endUnixNano: ended === true && isHrTime(endTime) ? nanos(endTime) : undefined,
  };
}

function isHrTime(value: unknown): value is HrTime {
  return Array.isArray(value) && Number.isInteger(value[0]) && Number.isInteger(value[1]);
}

function nanos([seconds, rest]: HrTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}
