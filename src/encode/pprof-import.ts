import type { Profile as Pprof } from 'pprof-format';
import type {
  Attributes,
  AttributesWithUnits,
  OriginalPayload,
  Profile,
  ProfilesData,
  ValueType,
} from '../profile/model.ts';
import { InvalidPprofError } from './invalid-pprof.ts';
import { type ConversionLoss, LossList } from './loss-list.ts';
import { uncompressedPprof } from './pprof-bytes.ts';
import { pprofLibrary } from './pprof-library.ts';
import { PprofAttribute } from './pprof-names.ts';
import { signed, whole } from './pprof-numbers.ts';
import { readSamples } from './pprof-read-samples.ts';
import { PprofReadTables } from './pprof-read-tables.ts';
import { checkPprofWire } from './pprof-wire.ts';

/** What a pprof does not say of itself. */
export interface PprofImportOptions {
  /** Who is profiled. Default: nothing is known. */
  readonly resource?: Attributes;
  /** By what. Default: nothing is known. */
  readonly scope?: { readonly name: string; readonly version: string };
  /** OpenTelemetry's `profile.frame.type` of every location: `v8js`, `go`. Default: not told. */
  readonly frameType?: string;
  /** Whether the first of the profiles carries the bytes along, for OTLP's `original_payload`. Default: false. */
  readonly originalPayload?: boolean;
}

/** A pprof as the profiles that OTLP and every other encoder take, and what that could not hold. */
export interface PprofImport {
  /** A profile for each of its sample types. */
  readonly data: ProfilesData;
  /** Empty where nothing was lost. */
  readonly losses: readonly ConversionLoss[];
}

/**
 * Reads a pprof (profile.proto of google/pprof), gzip-ed or not, by whom it may be written. Each of its sample types becomes a
 * profile; labels become attributes with their names as they are, and a link where they are `trace_id` and `span_id`; what else
 * pprof has and OTLP has no field for becomes attributes `pprof.*`. Without a period it gets the sample type and 1, since
 * backends take none without. Synchronous.
 *
 * @throws InvalidPprofError for bytes that are none
 */
export function pprofToProfiles(bytes: Uint8Array, options: PprofImportOptions = {}): PprofImport {
  const losses = new LossList();
  const message = uncompressedPprof(bytes);
  checkPprofWire(message, losses);
  const pprof = pprofLibrary().Profile.decode(message);
  const tables = new PprofReadTables(pprof, options.frameType, losses);
  const scopeAttributes = readScopeAttributes(pprof, tables);
  const profiles = readProfiles(pprof, tables, losses, options.originalPayload ? bytes : undefined);
  tables.countUnused();
  return {
    data: {
      resource: { attributes: options.resource ?? {} },
      scope: { name: '', version: '', ...options.scope, attributes: scopeAttributes },
      profiles,
    },
    losses: losses.toArray(),
  };
}

function readProfiles(pprof: Pprof, tables: PprofReadTables, losses: LossList, payload?: Uint8Array): Profile[] {
  const sampleTypes = readSampleTypes(pprof, tables);
  const shared = {
    timeUnixNano: readNanos(pprof.timeNanos, 'times before 1970; set to 0', losses),
    durationNano: readNanos(pprof.durationNanos, 'durations below 0; set to 0', losses),
    attributes: readAttributes(pprof, tables),
  };
  const samples = readSamples(pprof, tables, losses);
  const period = readPeriod(pprof, losses);
  const originalPayload: OriginalPayload | undefined = payload && { format: 'pprof', bytes: payload };
  return sampleTypes.map((sampleType, index) => ({
    sampleType,
    periodType: readPeriodType(pprof, tables) ?? sampleType,
    period,
    ...shared,
    samples: samples[index]!,
    ...(index === 0 && originalPayload && { originalPayload }),
  }));
}

function readSampleTypes({ sampleType }: Pprof, tables: PprofReadTables): ValueType[] {
  if (sampleType.length === 0) throw new InvalidPprofError('it has no sample type');
  return sampleType.map(({ type, unit }, index) => {
    const name = tables.text(type);
    if (name === '') throw new InvalidPprofError(`sample type ${index} has no name`);
    return { type: name, unit: tables.text(unit) };
  });
}

function readPeriodType({ periodType }: Pprof, tables: PprofReadTables): ValueType | undefined {
  const type = periodType ? tables.text(periodType.type) : '';
  return periodType && type !== '' ? { type, unit: tables.text(periodType.unit) } : undefined;
}

function readPeriod(pprof: Pprof, losses: LossList): number | bigint {
  const period = whole(pprof.period);
  if (period < 0) losses.add('periods below 0; set to 1');
  return period > 0 ? period : 1;
}

function readNanos(nanos: number | bigint, loss: string, losses: LossList): bigint {
  const value = signed(nanos);
  if (value >= 0n) return value;
  losses.add(loss);
  return 0n;
}

function readAttributes(pprof: Pprof, tables: PprofReadTables): AttributesWithUnits {
  const texts = {
    [PprofAttribute.docUrl]: tables.text(pprof.docUrl),
    [PprofAttribute.dropFrames]: tables.text(pprof.dropFrames),
    [PprofAttribute.keepFrames]: tables.text(pprof.keepFrames),
  };
  const comments = pprof.comment.map((comment) => tables.text(comment));
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
    ...(comments.length > 0 ? { [PprofAttribute.comment]: comments } : {}),
  };
}

function readScopeAttributes({ sampleType, defaultSampleType }: Pprof, tables: PprofReadTables): Attributes {
  const defaultType = tables.text(defaultSampleType);
  return {
    ...(defaultType === '' ? {} : { [PprofAttribute.defaultSampleType]: defaultType }),
    ...(sampleType.length > 1 ? { [PprofAttribute.sampleTypeOrder]: sampleType.map((_, index) => index) } : {}),
  };
}
