import { setImmediate as nextTurn } from 'node:timers/promises';
import { PbfWriter } from 'pbf';
import type { OriginalPayload, Profile, ProfileSample, ProfilesData, TimedValue, ValueType } from '../profile/model.ts';
import { Dictionary } from './dictionary.ts';
import { writeDictionary } from './otlp-protobuf-dictionary.ts';
import {
  writeInteger,
  writeKeyValues,
  writePacked,
  writePackedInteger,
  writeText,
  writeVarint,
} from './otlp-protobuf-fields.ts';

/** Samples in one step: some 0.3 ms where each has a stack of its own. */
const SAMPLES_PER_STEP = 256;

/**
 * Encodes an OTLP `ExportProfilesServiceRequest` (`v1development`); a `ProfilesData` message has the same bytes. Always a
 * resource, a scope and all seven tables, also where nothing is in them.
 */
export function encodeOtlpProtobuf(data: ProfilesData): Uint8Array {
  const steps = encodingSteps(data);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The same, with a turn of the event loop between steps of less than a millisecond. `data` is not to change meanwhile. */
export async function encodeOtlpProtobufInSteps(data: ProfilesData): Promise<Uint8Array> {
  const steps = encodingSteps(data);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await nextTurn();
  return step.value;
}

/** The profiles come first: what they refer to is in the tables only once they are written. */
function* encodingSteps(data: ProfilesData): Generator<undefined, Uint8Array> {
  const dictionary = new Dictionary();
  const profiles: Uint8Array[] = [];
  for (const profile of data.profiles) profiles.push(yield* profileSteps(profile, dictionary));
  const writer = new PbfWriter();
  writer.writeMessage(1, (_, pbf) => writeResourceProfiles(data, profiles, pbf), undefined);
  writer.writeMessage(2, writeDictionary, dictionary);
  return writer.finish();
}

function writeResourceProfiles(data: ProfilesData, profiles: readonly Uint8Array[], writer: PbfWriter): void {
  writer.writeMessage(1, (resource, pbf) => writeKeyValues(1, resource.attributes, pbf), data.resource);
  writer.writeMessage(2, (_, pbf) => writeScopeProfiles(data, profiles, pbf), undefined);
}

function writeScopeProfiles({ scope }: ProfilesData, profiles: readonly Uint8Array[], writer: PbfWriter): void {
  writer.writeMessage(1, writeScope, scope);
  for (const profile of profiles) writer.writeBytesField(2, profile);
}

function writeScope(scope: ProfilesData['scope'], writer: PbfWriter): void {
  writeText(1, scope.name, writer);
  writeText(2, scope.version, writer);
  writeKeyValues(3, scope.attributes ?? {}, writer);
}

function* profileSteps(profile: Profile, dictionary: Dictionary): Generator<undefined, Uint8Array> {
  const writer = new PbfWriter();
  writer.writeMessage(1, writeValueType, indexed(profile.sampleType, dictionary));
  const writeOne = (sample: ProfileSample, pbf: PbfWriter): void => writeSample(sample, dictionary, pbf);
  let written = 0;
  for (const sample of profile.samples) {
    writer.writeMessage(2, writeOne, sample);
    if (++written % SAMPLES_PER_STEP === 0) yield;
  }
  writeFixed64(3, profile.timeUnixNano, writer);
  writeInteger(4, profile.durationNano, writer);
  writer.writeMessage(5, writeValueType, indexed(profile.periodType, dictionary));
  writeInteger(6, profile.period, writer);
  if (profile.originalPayload) writeOriginalPayload(profile.originalPayload, writer);
  writePacked(11, dictionary.attributeIndices(profile.attributes), writer);
  yield;
  return writer.finish();
}

function writeOriginalPayload({ format, bytes }: OriginalPayload, writer: PbfWriter): void {
  writeText(9, format, writer);
  writer.writeBytesField(10, bytes);
}

function writeSample(sample: ProfileSample, dictionary: Dictionary, writer: PbfWriter): void {
  writeInteger(1, dictionary.stackIndex(sample.stack), writer);
  writePacked(2, dictionary.attributeIndices(sample.attributes), writer);
  writeInteger(3, dictionary.linkIndex(sample.link), writer);
  if (sample.timed === undefined) {
    writePackedInteger(4, sample.value, writer);
    return;
  }
  writer.writeMessage(4, writeTimedValues, sample.timed);
  writer.writeMessage(5, writeTimestamps, sample.timed);
}

function writeTimedValues(timed: readonly TimedValue[], writer: PbfWriter): void {
  for (const { value } of timed) writeVarint(value, writer);
}

function writeTimestamps(timed: readonly TimedValue[], writer: PbfWriter): void {
  for (const { timeUnixNano } of timed) writeFixed64Value(timeUnixNano, writer);
}

interface IndexedValueType {
  readonly typeStrindex: number;
  readonly unitStrindex: number;
}

function indexed({ type, unit }: ValueType, dictionary: Dictionary): IndexedValueType {
  return { typeStrindex: dictionary.stringIndex(type), unitStrindex: dictionary.stringIndex(unit) };
}

function writeValueType({ typeStrindex, unitStrindex }: IndexedValueType, writer: PbfWriter): void {
  writeInteger(1, typeStrindex, writer);
  writeInteger(2, unitStrindex, writer);
}

// The library takes a number here, and a number cannot hold today's nanoseconds: as two halves they stay exact.
function writeFixed64(field: number, value: bigint, writer: PbfWriter): void {
  writer.writeTag(field, 1);
  writeFixed64Value(value, writer);
}

function writeFixed64Value(value: bigint, writer: PbfWriter): void {
  writer.writeFixed32(Number(value & 0xffff_ffffn));
  writer.writeFixed32(Number(value >> 32n));
}
