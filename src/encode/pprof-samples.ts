import { sampleIdentity } from '../profile/identity.ts';
import type { Profile, ProfileSample } from '../profile/model.ts';

/** One {stack, attributes, link} with its value in each of several profiles. */
export interface JoinedSample extends Omit<ProfileSample, 'value'> {
  readonly values: readonly (number | bigint)[];
}

/** The samples of profiles side by side, in the order of their first occurrence, without those that are 0 in all. */
export function joinSamples(profiles: readonly Profile[]): JoinedSample[] {
  const [only, ...others] = profiles;
  // Within one profile no two samples are alike: no need to look for them.
  const joined = only !== undefined && others.length === 0 ? only.samples.map(withOneValue) : joinAll(profiles);
  return joined.filter(({ values }) => values.some((value) => Number(value) !== 0));
}

function withOneValue({ stack, attributes, link, value }: ProfileSample): JoinedSample {
  return { stack, attributes, ...(link && { link }), values: [value] };
}

function joinAll(profiles: readonly Profile[]): JoinedSample[] {
  const joined = new Map<string, ProfileSample & { values: (number | bigint)[] }>();
  for (const [index, { samples }] of profiles.entries()) {
    for (const sample of samples) {
      const key = sampleIdentity(sample);
      const known = joined.get(key) ?? { ...sample, values: profiles.map(() => 0) };
      known.values[index] = sample.value;
      joined.set(key, known);
    }
  }
  return [...joined.values()];
}
