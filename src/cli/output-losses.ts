import type { LossList } from '../encode/loss-list.ts';
import { BuildIdAttribute, PprofAttribute } from '../encode/pprof-names.ts';
import { isLocation } from '../profile/location.ts';
import type { Location, Profile, ProfilesData } from '../profile/model.ts';

// What a format has no place for, counted ahead of writing it.

const PPROF_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(PprofAttribute),
  ...Object.values(BuildIdAttribute),
]);

export function countPprofLosses(data: ProfilesData, losses: LossList): void {
  countHeaderLosses(data, losses, (name) => !PPROF_NAMES.has(name));
  for (const { samples } of data.profiles) {
    for (const { attributes, value, timed } of samples) {
      if (Number(value) === 0) losses.add('samples with a value of 0');
      losses.add('timestamps of samples', timed?.length ?? 0);
      losses.add(
        'labels that are no text or whole number; kept as text',
        Object.values(attributes).filter(isOther).length,
      );
    }
  }
  for (const { attributes, mapping } of locationsOf(data)) {
    losses.add('attributes of locations', Object.keys(attributes).filter((name) => !PPROF_NAMES.has(name)).length);
    if (mapping) {
      losses.add(
        'attributes of mappings',
        Object.keys(mapping.attributes).filter((name) => !PPROF_NAMES.has(name)).length,
      );
    }
  }
}

export function countFoldedLosses(data: ProfilesData, positions: boolean, losses: LossList): void {
  countHeaderLosses(data, losses, () => true);
  losses.add('times and durations of profiles', data.profiles.length);
  for (const { samples } of data.profiles) {
    for (const { attributes, link, value, timed } of samples) {
      if (Number(value) === 0) losses.add('samples with a value of 0');
      losses.add('timestamps of samples', timed?.length ?? 0);
      losses.add('labels of samples', Object.keys(attributes).length);
      losses.add('spans of samples', link ? 1 : 0);
    }
  }
  if (!positions)
    losses.add('files and lines of frames (--positions keeps them in the names)', framesWithFile(data.profiles));
  losses.add('addresses, mappings and attributes of locations', locationsOf(data).length);
}

export function countTextLosses({ profiles }: ProfilesData, losses: LossList): void {
  losses.add('original payloads', profiles.filter(({ originalPayload }) => originalPayload).length);
}

export function countTraceLosses(data: ProfilesData, losses: LossList): void {
  countHeaderLosses(data, losses, () => false);
  losses.add('addresses, mappings and attributes of locations', locationsOf(data).length);
}

function countHeaderLosses(data: ProfilesData, losses: LossList, isLost: (name: string) => boolean): void {
  const { resource, scope, profiles } = data;
  losses.add('attributes of the resource', Object.keys(resource.attributes).length);
  losses.add('names and versions of the scope', scope.name === '' && scope.version === '' ? 0 : 1);
  losses.add('attributes of the scope', Object.keys(scope.attributes ?? {}).filter(isLost).length);
  for (const { attributes, originalPayload } of profiles) {
    losses.add('attributes of profiles', Object.keys(attributes).filter(isLost).length);
    losses.add('original payloads', originalPayload ? 1 : 0);
  }
}

/** Each once, those that are only frames left out: of these nothing is lost. */
function locationsOf({ profiles }: ProfilesData): Location[] {
  const entries = new Set(profiles.flatMap(({ samples }) => samples.flatMap(({ stack }) => stack)));
  return [...entries].filter(isLocation);
}

function framesWithFile(profiles: readonly Profile[]): number {
  const entries = new Set(profiles.flatMap(({ samples }) => samples.flatMap(({ stack }) => stack)));
  return [...entries].filter((entry) =>
    isLocation(entry) ? entry.lines.some(({ file }) => file !== '') : entry.file !== '',
  ).length;
}

function isOther(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isOther);
  return typeof value === 'boolean' || (typeof value === 'number' && !Number.isSafeInteger(value));
}
