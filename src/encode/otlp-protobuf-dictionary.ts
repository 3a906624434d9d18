import type { PbfWriter } from 'pbf';
import type { SpanReference } from '../base/types.ts';
import type { AttributeRow, Dictionary, FunctionRow, LocationRow } from './dictionary.ts';
import { writeAnyValue, writeInteger, writePacked, writeString } from './otlp-protobuf-fields.ts';

/** The fields of a `ProfilesDictionary`. */
export function writeDictionary(dictionary: Dictionary, writer: PbfWriter): void {
  // JavaScript has no mappings (one needs a build id): the table is its zero value.
  writer.writeMessage(1, writeNothing, undefined);
  // The zero value of every table is an empty message, and so is what these functions write of a zero row.
  for (const row of dictionary.locations) writer.writeMessage(2, writeLocation, row);
  for (const row of dictionary.functions) writer.writeMessage(3, writeFunction, row);
  for (const link of dictionary.links) writer.writeMessage(4, writeLink, link);
  for (const text of dictionary.strings) writeString(5, text, writer);
  for (const row of dictionary.attributes) writer.writeMessage(6, writeAttribute, row);
  for (const stack of dictionary.stacks) writer.writeMessage(7, writeStack, stack);
}

function writeNothing(): void {
  // An empty message has no fields.
}

function writeLocation(row: LocationRow, writer: PbfWriter): void {
  if (row.attributeIndices.length === 0) return;
  writer.writeMessage(3, writeLine, row);
  writePacked(4, row.attributeIndices, writer);
}

function writeLine({ functionIndex, line, column }: LocationRow, writer: PbfWriter): void {
  writeInteger(1, functionIndex, writer);
  writeInteger(2, line, writer);
  writeInteger(3, column, writer);
}

function writeFunction({ nameStrindex, filenameStrindex }: FunctionRow, writer: PbfWriter): void {
  writeInteger(1, nameStrindex, writer);
  writeInteger(3, filenameStrindex, writer);
}

const traceIdBytes = Buffer.alloc(16);
const spanIdBytes = Buffer.alloc(8);

function writeLink(link: SpanReference | undefined, writer: PbfWriter): void {
  if (link === undefined) return;
  traceIdBytes.write(link.traceId, 'hex');
  spanIdBytes.write(link.spanId, 'hex');
  writer.writeBytesField(1, traceIdBytes);
  writer.writeBytesField(2, spanIdBytes);
}

function writeAttribute({ keyStrindex, value }: AttributeRow, writer: PbfWriter): void {
  if (value === undefined) return;
  writeInteger(1, keyStrindex, writer);
  writer.writeMessage(2, writeAnyValue, value);
}

function writeStack(locationIndices: readonly number[], writer: PbfWriter): void {
  writePacked(1, locationIndices, writer);
}
