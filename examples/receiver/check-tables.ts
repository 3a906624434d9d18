import { inspect } from 'node:util';
import { checkReferences, tables } from './check-references.ts';
import type { RawDictionary, RawProfile, RawProfilesRequest } from './raw.ts';

/**
 * The rules of OTLP profiles that a decoder does not enforce: zero values first, no duplicates, no orphans, indices in
 * range, a period, times in range. Gives one line for each breach, nothing for a sound request.
 */
export function checkTables(request: RawProfilesRequest): string[] {
  const dictionary = request.dictionary;
  if (!dictionary) return ['no dictionary'];
  const profiles = profilesOf(request);
  return [
    ...checkEnvelope(request),
    ...Object.entries(tables(dictionary)).flatMap(([name, table]) => [
      ...checkZeroValue(name, table),
      ...checkDuplicates(name, table),
    ]),
    ...checkReferences(dictionary, profiles),
    ...checkLinks(dictionary),
    ...checkAttributes(dictionary),
    ...profiles.flatMap((profile, index) => checkProfile(profile, index)),
  ];
}

function profilesOf(request: RawProfilesRequest): RawProfile[] {
  return request.resourceProfiles.flatMap(({ scopeProfiles }) => scopeProfiles.flatMap(({ profiles }) => profiles));
}

function checkEnvelope(request: RawProfilesRequest): string[] {
  return request.resourceProfiles.flatMap(({ resource, scopeProfiles }) => [
    ...(resource ? [] : ['resource_profiles without a resource']),
    ...scopeProfiles.flatMap(({ scope }) => (scope ? [] : ['scope_profiles without a scope'])),
  ]);
}

function checkZeroValue(name: string, table: readonly unknown[]): string[] {
  if (table.length === 0) return [`${name} table is empty`];
  return isZeroValue(table[0]) ? [] : [`${name} table: entry 0 is ${text(table[0])}, not the zero value`];
}

// A message's zero value is empty on the wire: no field is set, repeated fields have no element.
function isZeroValue(entry: unknown): boolean {
  if (entry === '') return true;
  return typeof entry === 'object' && entry !== null && Object.values(entry).every((field) => isEmptyList(field));
}

function isEmptyList(field: unknown): boolean {
  return Array.isArray(field) && field.length === 0;
}

function checkDuplicates(name: string, table: readonly unknown[]): string[] {
  const seen = new Map<string, number>();
  return table.flatMap((entry, index) => {
    const first = seen.get(text(entry));
    seen.set(text(entry), first ?? index);
    return first === undefined ? [] : [`${name} table: entry ${index} repeats entry ${first}: ${text(entry)}`];
  });
}

function text(entry: unknown): string {
  return inspect(entry, { depth: null, breakLength: Infinity, maxArrayLength: null, maxStringLength: null });
}

function checkLinks({ linkTable }: RawDictionary): string[] {
  return linkTable.slice(1).flatMap(({ traceId, spanId }, index) => {
    const sound = traceId?.length === 16 && spanId?.length === 8;
    return sound
      ? []
      : [`link table: entry ${index + 1} has ids of ${traceId?.length ?? 0} and ${spanId?.length ?? 0} bytes`];
  });
}

const ATTRIBUTE_KEY = /^[A-Za-z_][A-Za-z0-9_.]*$/;

function checkAttributes({ attributeTable, stringTable, locationTable }: RawDictionary): string[] {
  const frameTypes = new Set(
    attributeTable.flatMap(({ keyStrindex, value }, index) =>
      stringTable[keyStrindex ?? 0] === 'profile.frame.type' && value?.stringValue === 'v8js' ? [index] : [],
    ),
  );
  return [
    ...attributeTable.slice(1).flatMap(({ keyStrindex, value }, index) => {
      const key = stringTable[keyStrindex ?? 0] ?? '';
      const plain = value !== undefined && value.stringValueStrindex === undefined;
      return ATTRIBUTE_KEY.test(key) && plain
        ? []
        : [`attribute table: entry ${index + 1} (${key}) has a bad key or value`];
    }),
    ...locationTable.slice(1).flatMap(({ attributeIndices }, index) => {
      const typed = attributeIndices.some((attribute) => frameTypes.has(attribute));
      return typed ? [] : [`location table: entry ${index + 1} has no profile.frame.type v8js`];
    }),
  ];
}

function checkProfile(profile: RawProfile, index: number): string[] {
  const start = profile.timeUnixNano ?? 0n;
  const end = start + (profile.durationNano ?? 0n);
  const breaches = [
    [profile.sampleType?.typeStrindex, 'no sample_type'],
    [profile.periodType?.typeStrindex, 'no period_type'],
    [profile.period, 'a period of 0'],
    [profile.timeUnixNano, 'no time'],
    [profile.durationNano, 'no duration'],
  ] as const;
  return [
    ...breaches.flatMap(([field, breach]) => (field ? [] : [`profile ${index} has ${breach}`])),
    ...profile.samples.flatMap(({ values, timestampsUnixNano }, sample) => [
      ...(values.length === (timestampsUnixNano.length || 1)
        ? []
        : [`profile ${index}, sample ${sample} has ${values.length} values`]),
      ...timestampsUnixNano
        .filter((time) => time < start || time >= end)
        .map((time) => `profile ${index}, sample ${sample}: timestamp ${time.toString()} is outside the profile`),
    ]),
    ...checkIdentities(profile, index),
  ];
}

function checkIdentities(profile: RawProfile, index: number): string[] {
  const identities = profile.samples.map(({ stackIndex, linkIndex, attributeIndices }) =>
    text([stackIndex ?? 0, linkIndex ?? 0, attributeIndices.toSorted((a, b) => a - b)]),
  );
  return new Set(identities).size === identities.length ? [] : [`profile ${index} has two samples of one identity`];
}
