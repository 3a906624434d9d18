import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { otlpVariables, warnOfEnvironment } from './otlp-environment.ts';

type Headers = Readonly<Record<string, string>>;
type HeaderTest = (header: readonly [name: string, value: unknown]) => boolean;

/** Whether HTTP allows `name` as a header's name. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** Whether HTTP allows `value` as a header's value. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** Whether HTTP allows this header. */
export const isHttpHeader: HeaderTest = ([name, value]) => isHeaderName(name) && isHeaderValue(value);

/** Whether gRPC allows this header as metadata. */
export const isMetadata: HeaderTest = ([name, value]) =>
  /^[\w.-]+$/.test(name) && typeof value === 'string' && /^[\x20-\x7e]*$/.test(value);

/**
 * Warns, once for each variable, of header entries in the environment that are no headers. Gives `headers` without those, as
 * they would make every request fail.
 */
export function environmentHeaderFilter(
  headers: () => Headers | Promise<Headers>,
  isHeader: HeaderTest,
): () => Promise<Headers> {
  const isEntry = (entry: string): boolean => {
    const [header] = Object.entries(parseKeyPairsIntoRecord(entry));
    return header !== undefined && isHeader(header);
  };
  for (const { name, value } of otlpVariables('HEADERS')) {
    const entries = value.split(',').filter((entry) => entry.trim() !== '');
    // Only their number is shown: headers hold credentials.
    const bad = entries.filter((entry) => !isEntry(entry)).length;
    if (bad > 0) warnOfEnvironment(`${name}: ${bad} of ${entries.length} entries are no header's name=value; left out`);
  }
  return async () => Object.fromEntries(Object.entries(await headers()).filter(isHeader));
}

/** The headers that the environment sets: those of profiles over the general ones. */
export function environmentHeaders(): Headers {
  const fromGeneral = otlpVariables('HEADERS').toReversed();
  return Object.assign({}, ...fromGeneral.map(({ value }) => parseKeyPairsIntoRecord(value))) as Headers;
}
