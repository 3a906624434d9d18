import type { AttributesWithUnits, AttributeValue } from '../profile/model.ts';
import { LossList } from './loss-list.ts';
import { readOtlpMessage } from './otlp-protobuf-read.ts';
import { readAnyValue } from './otlp-read-values.ts';
import type { TextTable } from './text-table.ts';
import { NotReadQuickly, WireCursor } from './wire-cursor.ts';

/** One attribute, or none where it has no name or no value. Those with a unit are left to the full reader. */
export function readQuickAttribute(cursor: WireCursor, texts: TextTable): AttributesWithUnits {
  let name = 0;
  let value: WireCursor | undefined;
  while (!cursor.isDone) {
    const tag = cursor.varint();
    if (tag === 0x08) name = cursor.varint();
    else if (tag === 0x12 && !value) value = cursor.content();
    else throw new NotReadQuickly(`field ${tag >> 3}`);
  }
  const read = value && (plainValue(value) ?? anyValue(value, texts));
  return name === 0 || read === undefined ? {} : { [texts.at(name)]: read };
}

/** Of values that are texts, numbers or lists of numbers, which most are. */
function plainValue(content: WireCursor): AttributeValue | undefined {
  const cursor = new WireCursor(content.bytes, content.at, content.end);
  const tag = cursor.isDone ? 0 : cursor.varint();
  if (tag === 0x0a && cursor.contentEnd() === cursor.end) return cursor.bytes.toString('utf8', cursor.at, cursor.end);
  if (tag === 0x2a && cursor.contentEnd() === cursor.end) return numbersOf(cursor);
  return numberOf(cursor, tag);
}

/** Of a message of repeated values. */
function numbersOf(cursor: WireCursor): number[] | undefined {
  const { end } = cursor;
  const numbers: number[] = [];
  while (cursor.at < end) {
    if (cursor.varint() !== 0x0a) return undefined;
    cursor.end = cursor.contentEnd();
    const number = numberOf(cursor, cursor.isDone ? 0 : cursor.varint());
    if (number === undefined) return undefined;
    numbers.push(number);
    cursor.end = end;
  }
  return numbers;
}

/** The number that is the rest. */
function numberOf(cursor: WireCursor, tag: number): number | undefined {
  if (tag !== 0x18 && tag !== 0x21) return undefined;
  const value = tag === 0x18 ? cursor.integer() : cursor.double();
  return Number.isFinite(value) && cursor.at === cursor.end ? value : undefined;
}

function anyValue({ bytes, at, end }: WireCursor, texts: TextTable): AttributeValue | undefined {
  const value = readOtlpMessage('AnyValue', bytes.subarray(at, end));
  return readAnyValue(value, (index) => texts.valueAt(Number(index)), new LossList());
}
