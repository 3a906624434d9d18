import { diag } from '@opentelemetry/api';
import { getStringFromEnv, parseKeyPairsIntoRecord } from '@opentelemetry/core';

type HeadersFactory = () => Record<string, string> | Promise<Record<string, string>>;

/** Whether HTTP allows `name` as a header's name. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** Whether HTTP allows `value` as a header's value. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/**
 * Warns, once for each variable, of header entries in the environment that are no headers. Gives `headers` without those,
 * as they would make every request fail.
 */
export function environmentHeaderFilter(
  signal: string,
  headers: HeadersFactory,
): () => Promise<Record<string, string>> {
  for (const variable of ['OTEL_EXPORTER_OTLP_HEADERS', `OTEL_EXPORTER_OTLP_${signal}_HEADERS`]) {
    const entries = (getStringFromEnv(variable) ?? '').split(',').filter((entry) => entry.trim() !== '');
    // Only their number is shown: headers hold credentials.
    const bad = entries.filter((entry) => !isHeaderEntry(entry)).length;
    if (bad > 0)
      diag.warn(`otel-taskprof: ${variable}: ${bad} of ${entries.length} entries are no name=value of HTTP; left out`);
  }
  return async () => Object.fromEntries(Object.entries(await headers()).filter(isHeader));
}

function isHeaderEntry(entry: string): boolean {
  const [header] = Object.entries(parseKeyPairsIntoRecord(entry));
  return header !== undefined && isHeader(header);
}

function isHeader([name, value]: [string, string]): boolean {
  return isHeaderName(name) && isHeaderValue(value);
}
