import type { OriginalPayload, Profile, ProfileSample, ProfilesData, ValueType } from '../profile/model.ts';
import { Dictionary } from './dictionary.ts';
import { dictionaryJson } from './otlp-json-dictionary.ts';
import { int64, keyValues, nonEmpty, nonZero, text } from './otlp-json-fields.ts';

/**
 * Encodes an OTLP `ExportProfilesServiceRequest` (`v1development`) as JSON, in UTF-8; a `ProfilesData` message is the same. By
 * OTLP's mapping: lowerCamelCase, ids in hex, 64-bit integers as decimal strings; what has its zero value is left out. Holds
 * exactly what the protobuf encoding holds.
 */
export function encodeOtlpJson(data: ProfilesData): Uint8Array {
  const dictionary = new Dictionary();
  // The profiles come first: what they refer to is in the tables only once they are made.
  const profiles = data.profiles.map((profile) => profileJson(profile, dictionary));
  const { name, version, attributes = {} } = data.scope;
  const scope = {
    ...text('name', name),
    ...text('version', version),
    ...nonEmpty('attributes', keyValues(attributes)),
  };
  const scopeProfiles = { scope, ...nonEmpty('profiles', profiles) };
  const resource = nonEmpty('attributes', keyValues(data.resource.attributes));
  const request = {
    resourceProfiles: [{ resource, scopeProfiles: [scopeProfiles] }],
    dictionary: dictionaryJson(dictionary),
  };
  return Buffer.from(JSON.stringify(request));
}

function profileJson(profile: Profile, dictionary: Dictionary): object {
  return {
    sampleType: valueTypeJson(profile.sampleType, dictionary),
    ...nonEmpty(
      'samples',
      profile.samples.map((sample) => sampleJson(sample, dictionary)),
    ),
    ...int64('timeUnixNano', profile.timeUnixNano),
    ...int64('durationNano', profile.durationNano),
    periodType: valueTypeJson(profile.periodType, dictionary),
    ...int64('period', profile.period),
    ...(profile.originalPayload && originalPayloadJson(profile.originalPayload)),
    ...nonEmpty('attributeIndices', dictionary.attributeIndices(profile.attributes)),
  };
}

function originalPayloadJson({ format, bytes }: OriginalPayload): object {
  return { ...text('originalPayloadFormat', format), originalPayload: Buffer.from(bytes).toString('base64') };
}

function sampleJson(sample: ProfileSample, dictionary: Dictionary): object {
  return {
    ...nonZero('stackIndex', dictionary.stackIndex(sample.stack)),
    ...nonEmpty('attributeIndices', dictionary.attributeIndices(sample.attributes)),
    ...nonZero('linkIndex', dictionary.linkIndex(sample.link)),
    ...valuesJson(sample),
  };
}

function valuesJson({ value, timed }: ProfileSample): object {
  if (timed === undefined) return { values: [BigInt(value).toString()] };
  return {
    values: timed.map((one) => BigInt(one.value).toString()),
    timestampsUnixNano: timed.map(({ timeUnixNano }) => timeUnixNano.toString()),
  };
}

function valueTypeJson({ type, unit }: ValueType, dictionary: Dictionary): object {
  return {
    ...nonZero('typeStrindex', dictionary.stringIndex(type)),
    ...nonZero('unitStrindex', dictionary.stringIndex(unit)),
  };
}
