import { locationOf } from './location.ts';
import type { AttributesWithUnits, ProfileSample, StackEntry } from './model.ts';

/** Equal for samples of one stack, one set of attributes and one link; whatever the order of the attributes. */
export function sampleIdentity({ stack, attributes, link }: ProfileSample): string {
  return `${stack.map(locationIdentity).join()} ${attributesIdentity(attributes)} ${link ? link.traceId + link.spanId : ''}`;
}

/** Equal for entries that encoders write alike. */
export function locationIdentity(entry: StackEntry): string {
  const { lines, address, mapping, attributes } = locationOf(entry);
  return text([
    lines.map((it) => [it.functionName, it.file, it.line, it.column, it.systemName, it.startLine]),
    address,
    mapping && [mapping.memoryStart, mapping.memoryLimit, mapping.fileOffset, mapping.file],
    mapping && sorted(mapping.attributes),
    sorted(attributes),
  ]);
}

/** Equal for equal attributes in any order. */
export function attributesIdentity(attributes: AttributesWithUnits): string {
  return text(sorted(attributes));
}

function sorted(attributes: AttributesWithUnits): unknown {
  return Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function text(value: unknown): string {
  return JSON.stringify(value, wholeNumbersAlike);
}

// 5 and 5n are encoded alike, and JSON knows no bigint. No model value has a single field of this name.
function wholeNumbersAlike(_: string, value: unknown): unknown {
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  return isWhole ? { int64: String(value) } : value;
}
