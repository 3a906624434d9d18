import { constants, gzipSync } from 'node:zlib';
import type * as PprofFormat from 'pprof-format';
import { InvalidProfileError } from '../profile/invalid-profile.ts';
import type { AttributesWithUnits, Profile, ProfilesData, ValueType } from '../profile/model.ts';
import { snapshotToProfiles } from '../profile/snapshot-profile.ts';
import type { CpuSnapshot } from '../snapshot/cpu-snapshot.ts';
import type { ResourceSnapshot } from '../snapshot/resource-snapshot.ts';
import type { TaskSnapshot } from '../snapshot/task-snapshot.ts';
import { labelsOf } from './pprof-labels.ts';
import { type PprofLibrary, pprofLibrary } from './pprof-library.ts';
import { PprofAttribute } from './pprof-names.ts';
import { joinSamples } from './pprof-samples.ts';
import { PprofTables } from './pprof-tables.ts';

/**
 * The pprof of a snapshot, gzip-ed: `go tool pprof FILE` and every pprof viewer read it. Sample type `tasks`/`count`,
 * `resources`/`count` or `cpu`/`nanoseconds`, of an interval `wait`/`nanoseconds` as well (`-sample_index=wait`); labels, what a resource is, and `trace_id`, `span_id` as pprof labels. Synchronous: some 30 ms for 1,000 samples
 * of 20 frames, twice that at the first call.
 */
export function snapshotToPprof(snapshot: TaskSnapshot | ResourceSnapshot | CpuSnapshot): Uint8Array {
  const profiles = snapshotToProfiles(snapshot);
  return encodePprof(profiles, profiles[0].sampleType.type);
}

/**
 * Profiles as pprofs, gzip-ed. Those of one time, duration and period become the sample types of one pprof, as a heap profile
 * has several; mostly that is one pprof for all. Where each counts one by one what it is of (`tasks`, `wait`) the period is that of
 * the first, as in Go's profile of contentions and delays. What pprof has no place for is left out: attributes of profiles but
 * `pprof.*`, of locations and mappings but build ids and `pprof.*`; numbers that are not whole, and booleans, are text. Samples
 * whose values are all 0 are left out as well: they add nothing, and a mean over an interval has many that are rounded to 0.
 */
export function profilesToPprof(data: ProfilesData): Uint8Array[] {
  return splitForPprof(data).map(encodePprofOf);
}

/** The data in parts that one pprof can hold each. */
export function splitForPprof(data: ProfilesData): ProfilesData[] {
  const alike = [...Map.groupBy(data.profiles, headerKey).values()];
  const parts = Map.groupBy(alike, (profiles) =>
    profiles.every(countsOneByOne) ? timeKey(profiles[0]!) : headerKey(profiles[0]!),
  );
  return [...parts.values()].map((groups) => ({ ...data, profiles: groups.flat() }));
}

/** The pprof of one of those parts. */
export function encodePprofOf({ profiles, scope }: ProfilesData): Uint8Array {
  const defaultSampleType = scope.attributes?.[PprofAttribute.defaultSampleType];
  return encodePprof(profiles, typeof defaultSampleType === 'string' ? defaultSampleType : defaultOf(profiles));
}

/**
 * The pprof (profile.proto of google/pprof) of profiles that agree in time, duration, period and `pprof.*` attributes, gzip-ed.
 * Samples whose values are all 0 are left out.
 *
 * @throws InvalidProfileError where there is no profile or they do not agree
 */
export function encodePprof(profiles: readonly Profile[], defaultSampleType = ''): Uint8Array {
  const [first] = profiles;
  const keyOf = profiles.every(countsOneByOne) ? timeKey : headerKey;
  if (first === undefined || profiles.some((profile) => keyOf(profile) !== keyOf(first))) {
    throw new InvalidProfileError('a pprof takes one profile, or several of one time, duration and period');
  }
  const library = pprofLibrary();
  const tables = new PprofTables(library);
  const encoded = new library.Profile({
    ...header(library, tables, first),
    sampleType: profiles.map(({ sampleType }) => valueType(library, tables, sampleType)),
    defaultSampleType: tables.text(
      profiles.some((it) => it.sampleType.type === defaultSampleType) ? defaultSampleType : '',
    ),
    sample: joinSamples(profiles).map(
      ({ stack, values, ...labelled }) =>
        new library.Sample({
          locationId: stack.map((entry) => tables.locationId(entry)),
          value: [...values],
          label: labelsOf(labelled, (text) => tables.text(text)),
        }),
    ),
    mapping: tables.mappings,
    location: tables.locations,
    function: tables.functions,
    stringTable: tables.strings,
  });
  // As Go writes its own: a tenth larger than at the default level, in a quarter of the time.
  return gzipSync(encoded.encode(), { level: constants.Z_BEST_SPEED });
}

function header(library: PprofLibrary, tables: PprofTables, profile: Profile): PprofFormat.ProfileInput {
  const { attributes } = profile;
  const [dropFrames = 0] = textsOf(attributes, PprofAttribute.dropFrames).map((text) => tables.text(text));
  const [keepFrames = 0] = textsOf(attributes, PprofAttribute.keepFrames).map((text) => tables.text(text));
  const [docUrl = 0] = textsOf(attributes, PprofAttribute.docUrl).map((text) => tables.text(text));
  return {
    timeNanos: profile.timeUnixNano,
    durationNanos: profile.durationNano,
    periodType: valueType(library, tables, profile.periodType),
    period: profile.period,
    comment: textsOf(attributes, PprofAttribute.comment).map((text) => tables.text(text)),
    dropFrames,
    keepFrames,
    docUrl,
  };
}

function valueType({ ValueType }: PprofLibrary, tables: PprofTables, { type, unit }: ValueType): PprofFormat.ValueType {
  return new ValueType({ type: tables.text(type), unit: tables.text(unit) });
}

function textsOf(attributes: AttributesWithUnits, key: string): string[] {
  const value = attributes[key];
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}

/** Viewers take the last one where none is said; of ours the first is what one asks for. */
function defaultOf(profiles: readonly Profile[]): string {
  return profiles.length > 1 && profiles.every(countsOneByOne) ? profiles[0]!.sampleType.type : '';
}

/** Nothing was left out between two that count: the period says no more than the sample type. */
function countsOneByOne({ sampleType, periodType, period }: Profile): boolean {
  return Number(period) === 1 && periodType.type === sampleType.type && periodType.unit === sampleType.unit;
}

/** Equal for profiles that one pprof can hold. */
function headerKey(profile: Profile): string {
  const { periodType, period } = profile;
  return JSON.stringify([timeKey(profile), periodType.type, periodType.unit, String(period)]);
}

/** Equal for those that it can hold where the period says nothing. */
function timeKey({ timeUnixNano, durationNano, attributes }: Profile): string {
  const { comment, dropFrames, keepFrames, docUrl } = PprofAttribute;
  const texts = [comment, dropFrames, keepFrames, docUrl].map((key) => textsOf(attributes, key));
  return JSON.stringify([String(timeUnixNano), String(durationNano), texts]);
}
