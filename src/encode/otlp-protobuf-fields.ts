import type { PbfWriter } from 'pbf';
import type { Attributes, AttributeValue } from '../profile/model.ts';

/** An integer field of any kind; 0 is not written, as proto3 has it. Exact for every integer. */
export function writeInteger(field: number, value: number | bigint, writer: PbfWriter): void {
  if (value === 0 || value === 0n) return;
  writer.writeTag(field, 0);
  writeVarint(value, writer);
}

/** An integer alone, of a packed field. Exact. */
export function writeVarint(value: number | bigint, writer: PbfWriter): void {
  if (typeof value === 'number') writer.writeVarint(value);
  else if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) writer.writeVarint(Number(value));
  else writeLongVarint(BigInt.asUintN(64, value), writer);
}

const MAX_VARINT_BYTES = 10;

// The library takes numbers only, and those are exact to 2^53.
function writeLongVarint(value: bigint, writer: PbfWriter): void {
  writer.realloc(MAX_VARINT_BYTES);
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) writer.buf[writer.pos++] = Number(rest & 0x7fn) | 0x80;
  writer.buf[writer.pos++] = Number(rest);
}

const utf8 = new TextEncoder();

/**
 * A string field, also where it is ''. Not by the library's own function: in pbf 5.1.2 it corrupts half of the characters
 * from U+20000 on.
 */
export function writeString(field: number, text: string, writer: PbfWriter): void {
  writer.writeBytesField(field, utf8.encode(text));
}

/** A string field; '' is not written, as proto3 has it. */
export function writeText(field: number, text: string, writer: PbfWriter): void {
  if (text !== '') writeString(field, text, writer);
}

/** A packed repeated integer field; an empty one is not written. */
export function writePacked(field: number, values: readonly number[], writer: PbfWriter): void {
  writer.writePackedVarint(field, values as number[]);
}

/** A packed field of one integer, exact. Written also where that is 0: its place says what it is. */
export function writePackedInteger(field: number, value: number | bigint, writer: PbfWriter): void {
  if (typeof value === 'number') writer.writePackedVarint(field, [value]);
  else writer.writeMessage(field, writeVarint, value);
}

/** `repeated KeyValue attributes`, as a resource and a scope have it. */
export function writeKeyValues(field: number, attributes: Attributes, writer: PbfWriter): void {
  for (const entry of Object.entries(attributes)) writer.writeMessage(field, writeKeyValue, entry);
}

function writeKeyValue([key, value]: [string, AttributeValue], writer: PbfWriter): void {
  writeText(1, key, writer);
  writer.writeMessage(2, writeAnyValue, value);
}

/** The fields of an `AnyValue`. What is set is always written, also 0, false and '': that is what says its type. */
export function writeAnyValue(value: AttributeValue, writer: PbfWriter): void {
  if (typeof value === 'string') writeString(1, value, writer);
  else if (typeof value === 'boolean') writer.writeBooleanField(2, value);
  else if (typeof value === 'object') writer.writeMessage(5, writeArray, value);
  else writeNumber(value, writer);
}

function writeNumber(value: number | bigint, writer: PbfWriter): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    writer.writeDoubleField(4, value);
  } else {
    writer.writeTag(3, 0);
    writeVarint(value, writer);
  }
}

function writeArray(values: readonly string[] | readonly (number | bigint)[], writer: PbfWriter): void {
  if (values.some(isFraction)) writeDoubles(values.map(Number), writer);
  else for (const value of values) writer.writeMessage(1, writeAnyValue, value);
}

const DOUBLE_VALUE_BYTES = 9;

// An array holds values of one kind, so one fraction makes doubles of all. Their length is known beforehand.
function writeDoubles(values: readonly number[], writer: PbfWriter): void {
  for (const value of values) {
    writer.writeTag(1, 2);
    writer.writeVarint(DOUBLE_VALUE_BYTES);
    writer.writeDoubleField(4, value);
  }
}

function isFraction(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}
