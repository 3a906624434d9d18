import type { PbfWriter } from 'pbf';
import type { SpanReference } from '../base/types.ts';
import type { AttributeRow, Dictionary, FunctionRow, LineRow, LocationRow, MappingRow } from './dictionary.ts';
import { writeAnyValue, writeInteger, writePacked, writeString } from './otlp-protobuf-fields.ts';

/** The fields of a `ProfilesDictionary`. */
export function writeDictionary(dictionary: Dictionary, writer: PbfWriter): void {
  // The zero value of every table is an empty message, and so is what these functions write of a zero row.
  for (const row of dictionary.mappings) writer.writeMessage(1, writeMapping, row);
  for (const row of dictionary.locations) writer.writeMessage(2, writeLocation, row);
  for (const row of dictionary.functions) writer.writeMessage(3, writeFunction, row);
  for (const link of dictionary.links) writer.writeMessage(4, writeLink, link);
  for (const text of dictionary.strings) writeString(5, text, writer);
  for (const row of dictionary.attributes) writer.writeMessage(6, writeAttribute, row);
  for (const stack of dictionary.stacks) writer.writeMessage(7, writeStack, stack);
}

function writeMapping(row: MappingRow, writer: PbfWriter): void {
  writeInteger(1, row.memoryStart, writer);
  writeInteger(2, row.memoryLimit, writer);
  writeInteger(3, row.fileOffset, writer);
  writeInteger(4, row.filenameStrindex, writer);
  writePacked(5, row.attributeIndices, writer);
}

function writeLocation(row: LocationRow, writer: PbfWriter): void {
  writeInteger(1, row.mappingIndex, writer);
  writeInteger(2, row.address, writer);
  for (const line of row.lines) writer.writeMessage(3, writeLine, line);
  writePacked(4, row.attributeIndices, writer);
}

function writeLine({ functionIndex, line, column }: LineRow, writer: PbfWriter): void {
  writeInteger(1, functionIndex, writer);
  writeInteger(2, line, writer);
  writeInteger(3, column, writer);
}

function writeFunction(row: FunctionRow, writer: PbfWriter): void {
  writeInteger(1, row.nameStrindex, writer);
  writeInteger(2, row.systemNameStrindex, writer);
  writeInteger(3, row.filenameStrindex, writer);
  writeInteger(4, row.startLine, writer);
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

function writeAttribute({ keyStrindex, value, unitStrindex }: AttributeRow, writer: PbfWriter): void {
  if (value === undefined) return;
  writeInteger(1, keyStrindex, writer);
  writer.writeMessage(2, writeAnyValue, value);
  writeInteger(3, unitStrindex, writer);
}

function writeStack(locationIndices: readonly number[], writer: PbfWriter): void {
  writePacked(1, locationIndices, writer);
}
