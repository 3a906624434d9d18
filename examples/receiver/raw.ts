import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** `AnyValue` with at most one field set. Integers are bigint: nothing is rounded before it was checked. */
export interface RawAnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: bigint;
  doubleValue?: number;
  arrayValue?: { values: RawAnyValue[] };
  kvlistValue?: { values: RawKeyValue[] };
  bytesValue?: Uint8Array;
  stringValueStrindex?: number;
}

export interface RawKeyValue {
  key?: string;
  value?: RawAnyValue;
  keyStrindex?: number;
}

export interface RawValueType {
  typeStrindex?: number;
  unitStrindex?: number;
}

export interface RawSample {
  stackIndex?: number;
  attributeIndices: number[];
  linkIndex?: number;
  values: bigint[];
  timestampsUnixNano: bigint[];
}

export interface RawProfile {
  sampleType?: RawValueType;
  samples: RawSample[];
  timeUnixNano?: bigint;
  durationNano?: bigint;
  periodType?: RawValueType;
  period?: bigint;
  profileId?: Uint8Array;
  originalPayloadFormat?: string;
  originalPayload?: Uint8Array;
  attributeIndices: number[];
}

export interface RawLine {
  functionIndex?: number;
  line?: bigint;
  column?: bigint;
}

export interface RawLocation {
  mappingIndex?: number;
  address?: bigint;
  lines: RawLine[];
  attributeIndices: number[];
}

export interface RawFunction {
  nameStrindex?: number;
  systemNameStrindex?: number;
  filenameStrindex?: number;
  startLine?: bigint;
}

export interface RawLink {
  traceId?: Uint8Array;
  spanId?: Uint8Array;
}

export interface RawAttribute {
  keyStrindex?: number;
  value?: RawAnyValue;
  unitStrindex?: number;
}

export interface RawMapping {
  memoryStart?: bigint;
  memoryLimit?: bigint;
  fileOffset?: bigint;
  filenameStrindex?: number;
  attributeIndices: number[];
}

export interface RawDictionary {
  mappingTable: RawMapping[];
  locationTable: RawLocation[];
  functionTable: RawFunction[];
  linkTable: RawLink[];
  stringTable: string[];
  attributeTable: RawAttribute[];
  stackTable: { locationIndices: number[] }[];
}

export interface RawScopeProfiles {
  scope?: { name?: string; version?: string; attributes: RawKeyValue[] };
  profiles: RawProfile[];
}

export interface RawResourceProfiles {
  resource?: { attributes: RawKeyValue[] };
  scopeProfiles: RawScopeProfiles[];
}

/** The request as it is on the wire: a field that was not sent is not there, only repeated fields always are. */
export interface RawProfilesRequest {
  resourceProfiles: RawResourceProfiles[];
  dictionary?: RawDictionary;
}

const root = protobuf.loadSync(fileURLToPath(new URL('profiles.proto', import.meta.url)));
const requestType = root.lookupType('opentelemetry.proto.ExportProfilesServiceRequest');
const responseType = root.lookupType('opentelemetry.proto.ExportProfilesServiceResponse');

/** Decodes an `ExportProfilesServiceRequest`. Throws on bytes that are none. */
export function decodeRaw(bytes: Uint8Array): RawProfilesRequest {
  return requestType.toObject(requestType.decode(bytes), { longs: BigInt, arrays: true }) as RawProfilesRequest;
}

/** Encodes an `ExportProfilesServiceResponse`; without an argument it says that everything was accepted. */
export function encodeResponse(partialSuccess?: { rejectedProfiles?: number; errorMessage?: string }): Uint8Array {
  return responseType.encode(responseType.fromObject(partialSuccess ? { partialSuccess } : {})).finish();
}
