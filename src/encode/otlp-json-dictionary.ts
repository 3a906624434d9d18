import type { SpanReference } from '../base/types.ts';
import type { AttributeRow, Dictionary, FunctionRow, LocationRow } from './dictionary.ts';
import { anyValue, int64, nonZero, wellFormed } from './otlp-json-fields.ts';

/** A `ProfilesDictionary`: all seven tables, each with its zero value first. */
export function dictionaryJson(dictionary: Dictionary): object {
  return {
    // JavaScript has no mappings (one needs a build id).
    mappingTable: [{}],
    locationTable: dictionary.locations.map(locationJson),
    functionTable: dictionary.functions.map(functionJson),
    linkTable: dictionary.links.map(linkJson),
    stringTable: dictionary.strings.map(wellFormed),
    attributeTable: dictionary.attributes.map(attributeJson),
    stackTable: dictionary.stacks.map((locationIndices) => (locationIndices.length === 0 ? {} : { locationIndices })),
  };
}

function locationJson({ functionIndex, line, column, attributeIndices }: LocationRow): object {
  if (attributeIndices.length === 0) return {};
  const only = { ...nonZero('functionIndex', functionIndex), ...int64('line', line), ...int64('column', column) };
  return { lines: [only], attributeIndices };
}

function functionJson({ nameStrindex, filenameStrindex }: FunctionRow): object {
  return { ...nonZero('nameStrindex', nameStrindex), ...nonZero('filenameStrindex', filenameStrindex) };
}

function linkJson(link: SpanReference | undefined): object {
  return link === undefined ? {} : { traceId: link.traceId, spanId: link.spanId };
}

function attributeJson({ keyStrindex, value }: AttributeRow): object {
  return value === undefined ? {} : { ...nonZero('keyStrindex', keyStrindex), value: anyValue(value) };
}
