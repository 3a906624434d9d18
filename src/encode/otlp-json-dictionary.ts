import type { SpanReference } from '../base/types.ts';
import type { AttributeRow, Dictionary, FunctionRow, LineRow, LocationRow, MappingRow } from './dictionary.ts';
import { anyValue, int64, nonEmpty, nonZero, wellFormed } from './otlp-json-fields.ts';

/** A `ProfilesDictionary`: all seven tables, each with its zero value first. */
export function dictionaryJson(dictionary: Dictionary): object {
  // What these functions make of a zero row is an empty object, as it has to be.
  return {
    mappingTable: dictionary.mappings.map(mappingJson),
    locationTable: dictionary.locations.map(locationJson),
    functionTable: dictionary.functions.map(functionJson),
    linkTable: dictionary.links.map(linkJson),
    stringTable: dictionary.strings.map(wellFormed),
    attributeTable: dictionary.attributes.map(attributeJson),
    stackTable: dictionary.stacks.map((locationIndices) => nonEmpty('locationIndices', locationIndices)),
  };
}

function mappingJson(row: MappingRow): object {
  return {
    ...int64('memoryStart', row.memoryStart),
    ...int64('memoryLimit', row.memoryLimit),
    ...int64('fileOffset', row.fileOffset),
    ...nonZero('filenameStrindex', row.filenameStrindex),
    ...nonEmpty('attributeIndices', row.attributeIndices),
  };
}

function locationJson({ mappingIndex, address, lines, attributeIndices }: LocationRow): object {
  return {
    ...nonZero('mappingIndex', mappingIndex),
    ...int64('address', address),
    ...nonEmpty('lines', lines.map(lineJson)),
    ...nonEmpty('attributeIndices', attributeIndices),
  };
}

function lineJson({ functionIndex, line, column }: LineRow): object {
  return { ...nonZero('functionIndex', functionIndex), ...int64('line', line), ...int64('column', column) };
}

function functionJson(row: FunctionRow): object {
  return {
    ...nonZero('nameStrindex', row.nameStrindex),
    ...nonZero('systemNameStrindex', row.systemNameStrindex),
    ...nonZero('filenameStrindex', row.filenameStrindex),
    ...int64('startLine', row.startLine),
  };
}

function linkJson(link: SpanReference | undefined): object {
  return link === undefined ? {} : { traceId: link.traceId, spanId: link.spanId };
}

function attributeJson({ keyStrindex, value, unitStrindex }: AttributeRow): object {
  if (value === undefined) return {};
  return { ...nonZero('keyStrindex', keyStrindex), value: anyValue(value), ...nonZero('unitStrindex', unitStrindex) };
}
