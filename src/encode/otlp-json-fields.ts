import type { Attributes, AttributeValue } from '../profile/model.ts';

/** A field of 32 bits, a JSON number; 0 is left out. */
export function nonZero(field: string, value: number): object {
  return value === 0 ? {} : { [field]: value };
}

/** A field of 64 bits, a JSON string; 0 is left out. */
export function int64(field: string, value: number | bigint): object {
  return value === 0 || value === 0n ? {} : { [field]: BigInt(value).toString() };
}

/** A repeated field; without values it is left out. */
export function nonEmpty(field: string, values: readonly unknown[]): object {
  return values.length === 0 ? {} : { [field]: values };
}

/** A string field; '' is left out. */
export function text(field: string, value: string): object {
  return value === '' ? {} : { [field]: wellFormed(value) };
}

/** Half a surrogate pair cannot be UTF-8: it becomes U+FFFD, as in protobuf. */
export function wellFormed(value: string): string {
  return value.isWellFormed() ? value : value.toWellFormed();
}

/** `KeyValue`s, as a resource has them. */
export function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ ...text('key', key), value: anyValue(value) }));
}

/** An `AnyValue`. What is set is always there, also 0, false and '': that is what says its type. */
export function anyValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: wellFormed(value) };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'object') return isFraction(value) ? doubleValue(Number(value)) : intValue(value);
  return { arrayValue: value.length === 0 ? {} : { values: arrayValues(value) } };
}

// An array holds values of one kind, so one fraction makes doubles of all.
function arrayValues(values: readonly string[] | readonly (number | bigint)[]): object[] {
  return values.some(isFraction) ? values.map((value) => doubleValue(Number(value))) : values.map(anyValue);
}

function isFraction(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

function intValue(value: number | bigint): object {
  return { intValue: BigInt(value).toString() };
}

function doubleValue(value: number): object {
  // JSON has no such numbers: protobuf's mapping has 'Infinity', '-Infinity' and 'NaN'.
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}
