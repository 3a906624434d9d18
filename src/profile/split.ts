import { SAMPLE_ATTRIBUTE_PREFIX } from './build.ts';
import type { AttributeValue, Profile, ProfilesData, Quantity } from './model.ts';

/**
 * The same profiles in two messages: half of the profiles each, or half of the samples where there is one profile. Samples keep
 * their order. undefined where there is no more than one sample: less cannot be sent.
 */
export function splitProfilesData(data: ProfilesData): readonly [ProfilesData, ProfilesData] | undefined {
  const [profile, ...others] = data.profiles;
  if (profile === undefined) return undefined;
  if (others.length > 0) return halves(data.profiles, (profiles) => ({ ...data, profiles }));
  if (profile.samples.length < 2) return undefined;
  const indices = [...profile.samples.keys()];
  return halves(indices, (some) => ({ ...data, profiles: [withSamples(profile, some[0]!, some.at(-1)! + 1)] }));
}

/** What every message of the same export would hold at least: no sample. */
export function withoutSamples(data: ProfilesData): ProfilesData {
  return { ...data, profiles: data.profiles.map((profile) => withSamples(profile, 0, 0)) };
}

function halves<T, U>(items: readonly T[], make: (items: readonly T[]) => U): readonly [U, U] {
  const middle = Math.ceil(items.length / 2);
  return [make(items.slice(0, middle)), make(items.slice(middle))];
}

/** Without an original payload: that is of all samples. */
function withSamples(whole: Profile, from: number, to: number): Profile {
  const profile = { ...whole };
  delete profile.originalPayload;
  const count = profile.samples.length;
  return {
    ...profile,
    samples: profile.samples.slice(from, to),
    attributes: Object.fromEntries(
      Object.entries(profile.attributes).map(([key, value]) => [
        key,
        isParallel(key, value, count) ? value.slice(from, to) : value,
      ]),
    ),
  };
}

function isParallel(
  key: string,
  value: AttributeValue | Quantity,
  count: number,
): value is readonly string[] | readonly (number | bigint)[] {
  return key.startsWith(SAMPLE_ATTRIBUTE_PREFIX) && Array.isArray(value) && value.length === count;
}
