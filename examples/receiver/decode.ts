import { PackageAttribute } from '../../src/profile/location.ts';
import type { Attributes, AttributeValue } from '../../src/profile/model.ts';
import type { SpanReference, StackFrame } from '../../src/base/types.ts';
import {
  decodeRaw,
  type RawAnyValue,
  type RawDictionary,
  type RawKeyValue,
  type RawProfile,
  type RawProfilesRequest,
  type RawSample,
  type RawValueType,
} from './raw.ts';

export { checkTables } from './check-tables.ts';
export { decodeTraces, type DecodedResourceSpans, type DecodedSpan } from './decode-traces.ts';
export { decodeRaw, encodeResponse, type RawProfilesRequest } from './raw.ts';

export interface DecodedSample {
  /** Leaf first. */
  readonly stack: readonly StackFrame[];
  readonly attributes: Attributes;
  readonly link?: SpanReference;
  readonly values: readonly number[];
  readonly timestampsUnixNano: readonly bigint[];
}

export interface DecodedProfile {
  readonly sampleType: { readonly type: string; readonly unit: string };
  readonly periodType: { readonly type: string; readonly unit: string };
  readonly period: number;
  readonly timeUnixNano: bigint;
  readonly durationNano: bigint;
  readonly attributes: Attributes;
  readonly samples: readonly DecodedSample[];
}

/** One request with every table index resolved. */
export interface DecodedProfiles {
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
  readonly profiles: readonly DecodedProfile[];
}

/** Decodes the body of an OTLP/HTTP profiles request (protobuf, not compressed). Throws on anything else. */
export function decodeProfiles(bytes: Uint8Array): DecodedProfiles {
  return resolve(decodeRaw(bytes));
}

/** Resolves the table indices of a request that has one resource and one scope, as each process sends it. */
export function resolve(request: RawProfilesRequest): DecodedProfiles {
  const [resourceProfiles, ...otherResources] = request.resourceProfiles;
  const [scopeProfiles, ...otherScopes] = resourceProfiles?.scopeProfiles ?? [];
  const dictionary = request.dictionary;
  if (!dictionary || !scopeProfiles || otherResources.length > 0 || otherScopes.length > 0) {
    throw new Error('expected a dictionary, one resource and one scope');
  }
  return {
    resource: attributesOf(resourceProfiles?.resource?.attributes ?? [], dictionary),
    scope: { name: scopeProfiles.scope?.name ?? '', version: scopeProfiles.scope?.version ?? '' },
    profiles: scopeProfiles.profiles.map((profile) => resolveProfile(profile, dictionary)),
  };
}

function resolveProfile(profile: RawProfile, dictionary: RawDictionary): DecodedProfile {
  return {
    sampleType: valueTypeOf(profile.sampleType, dictionary),
    periodType: valueTypeOf(profile.periodType, dictionary),
    period: Number(profile.period ?? 0n),
    timeUnixNano: profile.timeUnixNano ?? 0n,
    durationNano: profile.durationNano ?? 0n,
    attributes: resolveAttributes(profile.attributeIndices, dictionary),
    samples: profile.samples.map((sample) => resolveSample(sample, dictionary)),
  };
}

function resolveSample(sample: RawSample, dictionary: RawDictionary): DecodedSample {
  const link = dictionary.linkTable[sample.linkIndex ?? 0];
  return {
    stack: (dictionary.stackTable[sample.stackIndex ?? 0]?.locationIndices ?? []).flatMap((index) =>
      resolveLocation(index, dictionary),
    ),
    attributes: resolveAttributes(sample.attributeIndices, dictionary),
    ...(link?.traceId && link.spanId && { link: { traceId: hex(link.traceId), spanId: hex(link.spanId) } }),
    values: sample.values.map(Number),
    timestampsUnixNano: sample.timestampsUnixNano,
  };
}

function resolveLocation(index: number, dictionary: RawDictionary): StackFrame[] {
  const location = dictionary.locationTable[index];
  const { [PackageAttribute.name]: packageName, [PackageAttribute.version]: packageVersion } = resolveAttributes(
    location?.attributeIndices ?? [],
    dictionary,
  );
  return (location?.lines ?? []).map((line) => {
    const called = dictionary.functionTable[line.functionIndex ?? 0];
    return {
      functionName: dictionary.stringTable[called?.nameStrindex ?? 0] ?? '',
      file: dictionary.stringTable[called?.filenameStrindex ?? 0] ?? '',
      line: Number(line.line ?? 0n),
      column: Number(line.column ?? 0n),
      ...(typeof packageName === 'string' && { packageName }),
      ...(typeof packageVersion === 'string' && { packageVersion }),
    };
  });
}

function valueTypeOf(raw: RawValueType | undefined, { stringTable }: RawDictionary): { type: string; unit: string } {
  return { type: stringTable[raw?.typeStrindex ?? 0] ?? '', unit: stringTable[raw?.unitStrindex ?? 0] ?? '' };
}

function resolveAttributes(indices: readonly number[], dictionary: RawDictionary): Attributes {
  return Object.fromEntries(
    indices.map((index) => {
      const attribute = dictionary.attributeTable[index];
      return [dictionary.stringTable[attribute?.keyStrindex ?? 0] ?? '', valueOf(attribute?.value, dictionary)];
    }),
  );
}

// A process writes keys and strings as they are; a Collector that passes them on puts them into the string table.
function attributesOf(keyValues: readonly RawKeyValue[], dictionary: RawDictionary): Attributes {
  return Object.fromEntries(
    keyValues.map(({ key, keyStrindex, value }) => [
      key ?? dictionary.stringTable[keyStrindex ?? 0] ?? '',
      valueOf(value, dictionary),
    ]),
  );
}

function valueOf(value: RawAnyValue | undefined, dictionary: RawDictionary): AttributeValue {
  if (value?.intValue !== undefined) return Number(value.intValue);
  if (value?.stringValueStrindex !== undefined) return dictionary.stringTable[value.stringValueStrindex] ?? '';
  if (value?.arrayValue) {
    return value.arrayValue.values.map((element) => valueOf(element, dictionary)) as readonly string[];
  }
  const plain = value?.stringValue ?? value?.boolValue ?? value?.doubleValue;
  if (plain === undefined) throw new Error('attribute value of an unexpected kind');
  return plain;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
