// The messages of OTLP that carry profiles and traces (opentelemetry-proto 1.11, `profiles.v1development`, `trace.v1`), as far as they
// are read. One table for protobuf and JSON.

export type MessageName = keyof RawMessages;

/**
 * `int` and `uint` are of 64 bits at most, a number where that is exact; `fixed` of eight bytes without a sign; `id` is bytes, in
 * JSON as hex.
 */
export type ScalarType = 'int' | 'uint' | 'fixed' | 'bool' | 'double' | 'string' | 'bytes' | 'id';

export interface FieldShape {
  readonly name: string;
  readonly type: ScalarType | MessageName;
  readonly isRepeated: boolean;
}

type Fields = Readonly<Record<number, FieldShape>>;

const one = (name: string, type: FieldShape['type']): FieldShape => ({ name, type, isRepeated: false });
const many = (name: string, type: FieldShape['type']): FieldShape => ({ name, type, isRepeated: true });

export const OTLP_MESSAGES: Readonly<Record<MessageName, Fields>> = {
  ProfilesData: { 1: many('resourceProfiles', 'ResourceProfiles'), 2: one('dictionary', 'ProfilesDictionary') },
  ResourceProfiles: { 1: one('resource', 'Resource'), 2: many('scopeProfiles', 'ScopeProfiles') },
  Resource: { 1: many('attributes', 'KeyValue') },
  ScopeProfiles: { 1: one('scope', 'InstrumentationScope'), 2: many('profiles', 'Profile') },
  InstrumentationScope: {
    1: one('name', 'string'),
    2: one('version', 'string'),
    3: many('attributes', 'KeyValue'),
  },
  ProfilesDictionary: {
    1: many('mappingTable', 'Mapping'),
    2: many('locationTable', 'Location'),
    3: many('functionTable', 'Function'),
    4: many('linkTable', 'Link'),
    5: many('stringTable', 'string'),
    6: many('attributeTable', 'KeyValueAndUnit'),
    7: many('stackTable', 'Stack'),
  },
  Profile: {
    1: one('sampleType', 'ValueType'),
    2: many('samples', 'Sample'),
    3: one('timeUnixNano', 'fixed'),
    4: one('durationNano', 'uint'),
    5: one('periodType', 'ValueType'),
    6: one('period', 'int'),
    9: one('originalPayloadFormat', 'string'),
    10: one('originalPayload', 'bytes'),
    11: many('attributeIndices', 'int'),
  },
  ValueType: { 1: one('typeStrindex', 'int'), 2: one('unitStrindex', 'int') },
  Sample: {
    1: one('stackIndex', 'int'),
    2: many('attributeIndices', 'int'),
    3: one('linkIndex', 'int'),
    4: many('values', 'int'),
    5: many('timestampsUnixNano', 'fixed'),
  },
  Stack: { 1: many('locationIndices', 'int') },
  Location: {
    1: one('mappingIndex', 'int'),
    2: one('address', 'uint'),
    3: many('lines', 'Line'),
    4: many('attributeIndices', 'int'),
  },
  Line: { 1: one('functionIndex', 'int'), 2: one('line', 'int'), 3: one('column', 'int') },
  Function: {
    1: one('nameStrindex', 'int'),
    2: one('systemNameStrindex', 'int'),
    3: one('filenameStrindex', 'int'),
    4: one('startLine', 'int'),
  },
  Mapping: {
    1: one('memoryStart', 'uint'),
    2: one('memoryLimit', 'uint'),
    3: one('fileOffset', 'uint'),
    4: one('filenameStrindex', 'int'),
    5: many('attributeIndices', 'int'),
  },
  Link: { 1: one('traceId', 'id'), 2: one('spanId', 'id') },
  TracesData: { 1: many('resourceSpans', 'ResourceSpans') },
  ResourceSpans: { 1: one('resource', 'Resource'), 2: many('scopeSpans', 'ScopeSpans') },
  ScopeSpans: { 1: one('scope', 'InstrumentationScope'), 2: many('spans', 'Span') },
  Span: {
    1: one('traceId', 'id'),
    2: one('spanId', 'id'),
    4: one('parentSpanId', 'id'),
    5: one('name', 'string'),
    6: one('kind', 'int'),
    7: one('startTimeUnixNano', 'fixed'),
    8: one('endTimeUnixNano', 'fixed'),
    9: many('attributes', 'KeyValue'),
    11: many('events', 'SpanEvent'),
    15: one('status', 'Status'),
  },
  SpanEvent: { 1: one('timeUnixNano', 'fixed'), 2: one('name', 'string'), 3: many('attributes', 'KeyValue') },
  Status: { 2: one('message', 'string'), 3: one('code', 'int') },
  KeyValueAndUnit: { 1: one('keyStrindex', 'int'), 2: one('value', 'AnyValue'), 3: one('unitStrindex', 'int') },
  KeyValue: { 1: one('key', 'string'), 2: one('value', 'AnyValue'), 3: one('keyStrindex', 'int') },
  AnyValue: {
    1: one('stringValue', 'string'),
    2: one('boolValue', 'bool'),
    3: one('intValue', 'int'),
    4: one('doubleValue', 'double'),
    5: one('arrayValue', 'ArrayValue'),
    6: one('kvlistValue', 'KeyValueList'),
    7: one('bytesValue', 'bytes'),
    8: one('stringValueStrindex', 'int'),
  },
  ArrayValue: { 1: many('values', 'AnyValue') },
  KeyValueList: { 1: many('values', 'KeyValue') },
};

type Int = number | bigint;

// As they are read: what was not there is absent, and nothing refers to anything yet.

export interface RawAnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: Int;
  readonly doubleValue?: number;
  readonly arrayValue?: RawMessages['ArrayValue'];
  readonly kvlistValue?: RawMessages['KeyValueList'];
  readonly bytesValue?: Uint8Array;
  readonly stringValueStrindex?: Int;
}

export interface RawKeyValue {
  readonly key?: string;
  readonly keyStrindex?: Int;
  readonly value?: RawAnyValue;
}

export interface RawProfile {
  readonly sampleType?: RawMessages['ValueType'];
  readonly samples?: readonly RawSample[];
  readonly timeUnixNano?: Int;
  readonly durationNano?: Int;
  readonly periodType?: RawMessages['ValueType'];
  readonly period?: Int;
  readonly originalPayloadFormat?: string;
  readonly originalPayload?: Uint8Array;
  readonly attributeIndices?: readonly Int[];
}

export interface RawSample {
  readonly stackIndex?: Int;
  readonly attributeIndices?: readonly Int[];
  readonly linkIndex?: Int;
  readonly values?: readonly Int[];
  readonly timestampsUnixNano?: readonly Int[];
}

export interface RawSpan {
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly name?: string;
  readonly kind?: Int;
  readonly startTimeUnixNano?: Int;
  readonly endTimeUnixNano?: Int;
  readonly attributes?: readonly RawKeyValue[];
  readonly events?: readonly RawMessages['SpanEvent'][];
  readonly status?: RawMessages['Status'];
}

export interface RawDictionary {
  readonly mappingTable?: readonly RawMessages['Mapping'][];
  readonly locationTable?: readonly RawMessages['Location'][];
  readonly functionTable?: readonly RawMessages['Function'][];
  readonly linkTable?: readonly RawMessages['Link'][];
  readonly stringTable?: readonly string[];
  readonly attributeTable?: readonly RawMessages['KeyValueAndUnit'][];
  readonly stackTable?: readonly RawMessages['Stack'][];
}

export interface RawMessages {
  ProfilesData: {
    readonly resourceProfiles?: readonly RawMessages['ResourceProfiles'][];
    readonly dictionary?: RawDictionary;
  };
  ResourceProfiles: {
    readonly resource?: RawMessages['Resource'];
    readonly scopeProfiles?: readonly RawMessages['ScopeProfiles'][];
  };
  TracesData: { readonly resourceSpans?: readonly RawMessages['ResourceSpans'][] };
  ResourceSpans: {
    readonly resource?: RawMessages['Resource'];
    readonly scopeSpans?: readonly RawMessages['ScopeSpans'][];
  };
  ScopeSpans: { readonly scope?: RawMessages['InstrumentationScope']; readonly spans?: readonly RawSpan[] };
  Span: RawSpan;
  SpanEvent: { readonly timeUnixNano?: Int; readonly name?: string; readonly attributes?: readonly RawKeyValue[] };
  Status: { readonly message?: string; readonly code?: Int };
  Resource: { readonly attributes?: readonly RawKeyValue[] };
  ScopeProfiles: {
    readonly scope?: RawMessages['InstrumentationScope'];
    readonly profiles?: readonly RawProfile[];
  };
  InstrumentationScope: {
    readonly name?: string;
    readonly version?: string;
    readonly attributes?: readonly RawKeyValue[];
  };
  ProfilesDictionary: RawDictionary;
  Profile: RawProfile;
  ValueType: { readonly typeStrindex?: Int; readonly unitStrindex?: Int };
  Sample: RawSample;
  Stack: { readonly locationIndices?: readonly Int[] };
  Location: {
    readonly mappingIndex?: Int;
    readonly address?: Int;
    readonly lines?: readonly RawMessages['Line'][];
    readonly attributeIndices?: readonly Int[];
  };
  Line: { readonly functionIndex?: Int; readonly line?: Int; readonly column?: Int };
  Function: {
    readonly nameStrindex?: Int;
    readonly systemNameStrindex?: Int;
    readonly filenameStrindex?: Int;
    readonly startLine?: Int;
  };
  Mapping: {
    readonly memoryStart?: Int;
    readonly memoryLimit?: Int;
    readonly fileOffset?: Int;
    readonly filenameStrindex?: Int;
    readonly attributeIndices?: readonly Int[];
  };
  Link: { readonly traceId?: Uint8Array; readonly spanId?: Uint8Array };
  KeyValueAndUnit: { readonly keyStrindex?: Int; readonly value?: RawAnyValue; readonly unitStrindex?: Int };
  KeyValue: RawKeyValue;
  AnyValue: RawAnyValue;
  ArrayValue: { readonly values?: readonly RawAnyValue[] };
  KeyValueList: { readonly values?: readonly RawKeyValue[] };
}
