import type { Profile, ProfileSample, TimedValue, ValueType } from '../profile/model.ts';
import { addWhole, isInt64 } from '../profile/whole-number.ts';
import { InvalidOtlpError } from './invalid-otlp.ts';
import type { LossList } from './loss-list.ts';
import type { OtlpReadTables } from './otlp-read-tables.ts';
import type { RawMessages, RawProfile, RawSample } from './otlp-schema.ts';

/** A profile of the model. `where` is for errors: `profile 0`. */
export function readProfile(raw: RawProfile, where: string, tables: OtlpReadTables, losses: LossList): Profile {
  const sampleType = readValueType(raw.sampleType, where, tables);
  if (sampleType === undefined) throw new InvalidOtlpError(`${where} has no sample type`);
  const timeUnixNano = BigInt(raw.timeUnixNano ?? 0);
  const durationNano = BigInt(raw.durationNano ?? 0);
  return {
    sampleType,
    periodType: readValueType(raw.periodType, where, tables) ?? sampleType,
    period: readPeriod(raw, losses),
    timeUnixNano,
    durationNano,
    attributes: tables.attributes(raw.attributeIndices ?? [], where).value,
    samples: readSamples(
      raw,
      where,
      tables,
      (time) => time >= timeUnixNano && time < timeUnixNano + durationNano,
      losses,
    ),
    ...readOriginalPayload(raw, losses),
  };
}

function readValueType(
  raw: RawMessages['ValueType'] | undefined,
  where: string,
  tables: OtlpReadTables,
): ValueType | undefined {
  const type = tables.text(raw?.typeStrindex ?? 0, where);
  return type === '' ? undefined : { type, unit: tables.text(raw?.unitStrindex ?? 0, where) };
}

function readPeriod({ period = 0 }: RawProfile, losses: LossList): number | bigint {
  if (period < 0) losses.add('periods below 0; set to 1');
  return period > 0 ? period : 1;
}

function readOriginalPayload(raw: RawProfile, losses: LossList): Pick<Profile, 'originalPayload'> {
  const { originalPayloadFormat: format = '', originalPayload: bytes } = raw;
  if (bytes !== undefined && format !== '') return { originalPayload: { format, bytes: new Uint8Array(bytes) } };
  if (bytes !== undefined && bytes.length > 0) losses.add('original payloads without a format');
  return {};
}

/** Samples that are alike are added up: the model has each {stack, attributes, link} once. */
function readSamples(
  raw: RawProfile,
  where: string,
  tables: OtlpReadTables,
  isInside: (time: bigint) => boolean,
  losses: LossList,
): ProfileSample[] {
  const joined = new Map<string, Omit<ProfileSample, 'timed'> & ReadValue>();
  for (const [index, sample] of (raw.samples ?? []).entries()) {
    const at = `${where}, sample ${index}`;
    const read = readValue(sample, at, isInside, losses);
    if (read === undefined) continue;
    const { id, value: stack } = tables.stack(sample.stackIndex ?? 0, at);
    const attributes = tables.attributes(sample.attributeIndices ?? [], at);
    const link = tables.link(sample.linkIndex ?? 0, at);
    const key = `${id} ${attributes.id} ${link ? link.traceId + link.spanId : ''}`;
    const known = joined.get(key);
    if (known) addTo(known, read, at, losses);
    else joined.set(key, { stack, attributes: attributes.value, ...(link && { link }), ...read });
  }
  return [...joined.values()];
}

interface ReadValue {
  value: number | bigint;
  timed?: TimedValue[];
}

/** In place: a small file may have very many that are alike. */
function addTo(known: ReadValue, added: ReadValue, where: string, losses: LossList): void {
  losses.add('samples of a stack, attributes and link that another has; added to that');
  known.value = sumOf([known.value, added.value], where);
  if (known.timed && added.timed) for (const one of added.timed) known.timed.push(one);
  else {
    losses.add('timestamps of samples', (known.timed ?? added.timed ?? []).length);
    delete known.timed;
  }
}

/** A value for each timestamp, or one without; timestamps alone count once each. */
export function readValue(
  { values: given = [], timestampsUnixNano: timestamps = [] }: RawSample,
  where: string,
  isInside: (time: bigint) => boolean,
  losses: LossList,
): ReadValue | undefined {
  const values = given.length === 0 ? timestamps.map(() => 1) : given;
  if (values.length === 0) {
    losses.add('samples without a value');
    return undefined;
  }
  if (values.length > 1 && values.length !== timestamps.length) {
    throw new InvalidOtlpError(`${where} has ${values.length} values and ${timestamps.length} timestamps`);
  }
  const value = sumOf(values, where);
  const timed = timestamps.map((time, index): TimedValue => ({ timeUnixNano: BigInt(time), value: values[index]! }));
  if (timed.length === 0) return { value };
  if (timed.length === values.length && timed.every(({ timeUnixNano }) => isInside(timeUnixNano)))
    return { value, timed };
  losses.add('timestamps of samples', timed.length);
  return { value };
}

function sumOf(values: readonly (number | bigint)[], where: string): number | bigint {
  const sum = values.reduce(addWhole);
  if (!isInt64(sum)) throw new InvalidOtlpError(`${where}: the sum of its values does not fit 64 bits`);
  return sum;
}
