import type { Attributes, AttributeValue, ProfilesData } from '../profile/model.ts';
import type { LossList } from './loss-list.ts';
import type { RawAnyValue, RawKeyValue, RawMessages } from './otlp-schema.ts';

/** Text of the string table, for what refers to it. */
export type TextOf = (index: number | bigint) => string;

/** Attributes of a resource or a scope. */
export function readKeyValues(keyValues: readonly RawKeyValue[], text: TextOf, losses: LossList): Attributes {
  const attributes: [string, AttributeValue][] = [];
  for (const { key, keyStrindex = 0, value } of keyValues) {
    const name = key === undefined || key === '' ? text(keyStrindex) : key;
    const read = readAnyValue(value, text, losses);
    if (name === '') losses.add('attributes without a name');
    else if (read !== undefined) attributes.push([name, read]);
  }
  return Object.fromEntries(attributes);
}

export function readScope(
  { name = '', version = '', attributes = [] }: RawMessages['InstrumentationScope'],
  text: TextOf,
  losses: LossList,
): ProfilesData['scope'] {
  if (attributes.length === 0) return { name, version };
  return { name, version, attributes: readKeyValues(attributes, text, losses) };
}

/** undefined, and counted, for what has no value. Values that the model has no type for become text, and are counted. */
export function readAnyValue(raw: RawAnyValue | undefined, text: TextOf, losses: LossList): AttributeValue | undefined {
  const value = plainValue(raw, text);
  if (value === undefined) {
    losses.add('attributes without a value');
  } else if (typeof value === 'number' && !Number.isFinite(value)) {
    losses.add('numbers that are not finite; kept as text');
    return String(value);
  } else if (isScalar(value)) {
    return value;
  } else {
    return Array.isArray(value) ? listOf(value, losses) : textOf(value, losses);
  }
  return undefined;
}

type Scalar = string | number | bigint | boolean;
type PlainValue = Scalar | undefined | PlainValue[] | { [key: string]: PlainValue };

function isScalar(value: PlainValue): value is Scalar {
  return typeof value !== 'object' && value !== undefined;
}

function listOf(values: readonly PlainValue[], losses: LossList): AttributeValue {
  if (values.every((value) => typeof value === 'string')) return values;
  if (!values.every((value) => typeof value === 'number' || typeof value === 'bigint')) return textOf(values, losses);
  if (!values.every((value) => typeof value === 'bigint' || Number.isFinite(value))) {
    losses.add('numbers that are not finite; kept as text');
    return values.map(String);
  }
  const hasFraction = values.some((value) => typeof value === 'number' && !Number.isSafeInteger(value));
  if (!hasFraction || values.every((value) => typeof value === 'number')) return values;
  losses.add('whole numbers beyond 2^53 in lists with fractions; rounded');
  return values.map(Number);
}

function textOf(value: PlainValue | readonly PlainValue[], losses: LossList): string {
  losses.add('attributes that are maps, bytes or lists of several kinds; kept as text');
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

/** Bytes as base64, in a map of its own as JSON has them. */
function plainValue(raw: RawAnyValue | undefined, text: TextOf): PlainValue {
  if (raw === undefined) return undefined;
  if (raw.arrayValue) return (raw.arrayValue.values ?? []).map((value) => plainValue(value, text));
  if (raw.kvlistValue) {
    const entries = (raw.kvlistValue.values ?? []).map(({ key, keyStrindex = 0, value }) => {
      return [key === undefined || key === '' ? text(keyStrindex) : key, plainValue(value, text)] as const;
    });
    return Object.fromEntries(entries);
  }
  if (raw.bytesValue) return { base64: Buffer.from(raw.bytesValue).toString('base64') };
  if (raw.stringValueStrindex !== undefined) return text(raw.stringValueStrindex);
  return raw.stringValue ?? raw.boolValue ?? raw.intValue ?? raw.doubleValue;
}
