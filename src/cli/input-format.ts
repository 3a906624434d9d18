/** What `ps` and `convert` read. `json` is a snapshot as the debug endpoint gives it. */
export const INPUT_FORMATS = ['pprof', 'otlp', 'otlp-json', 'json', 'folded'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/**
 * The format of an uncompressed file by what is in it; `json-text` is `json` or `otlp-json`. undefined for bytes that are no text
 * and begin as no profile does.
 */
export function detectFormat(bytes: Uint8Array): Exclude<InputFormat, 'json' | 'otlp-json'> | 'json-text' | undefined {
  if (isText(bytes)) return startsAsJson(bytes) ? 'json-text' : 'folded';
  const fields = topLevelFields(bytes);
  if (fields === undefined) return undefined;
  // A pprof always has a table of strings, field 6; OTLP has profiles, 1, and a dictionary, 2, and nothing else.
  return [...fields].every((field) => field <= 2) ? 'otlp' : 'pprof';
}

const LOOKED_AT_BYTES = 4_096;

function isText(bytes: Uint8Array): boolean {
  return bytes
    .subarray(0, LOOKED_AT_BYTES)
    .every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function startsAsJson(bytes: Uint8Array): boolean {
  return /^\ufeff?\s*[[{]/.test(
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, LOOKED_AT_BYTES)),
  );
}

const BYTES = 2;
const VARINT = 0;

/** The numbers of the fields of a protobuf message, if it is one of integers and bytes. */
export function topLevelFields(bytes: Uint8Array): ReadonlySet<number> | undefined {
  const fields = new Set<number>();
  for (let at = 0; at < bytes.length;) {
    const tag = varintAt(bytes, at);
    const value = tag && varintAt(bytes, tag.end);
    if (!value) return undefined;
    fields.add(Math.floor(tag.value / 8));
    const wireType = tag.value % 8;
    if (wireType !== VARINT && wireType !== BYTES) return undefined;
    at = wireType === BYTES ? value.end + value.value : value.end;
  }
  return fields;
}

function varintAt(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return undefined;
}
