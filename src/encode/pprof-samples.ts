import { sampleIdentity } from '../profile/identity.ts';
import type { Profile, ProfileSample } from '../profile/model.ts';

/** One {stack, attributes, link} with its value in each of several profiles. */
export interface JoinedSample extends Omit<ProfileSample, 'value'> {
  readonly values: readonly (number | bigint)[];
}

/** The samples of profiles side by side, in the order of their first occurrence, without those that are 0 in all. */
export function joinSamples(profiles: readonly Profile[]): JoinedSample[] {
  const joined = joinAlike(profiles) ?? joinAll(profiles);
  return joined.filter(({ values }) => values.some((value) => Number(value) !== 0));
}

/** Where all have the very same samples, as one does: within one profile no two are alike. undefined where they do not. */
function joinAlike([first, ...others]: readonly Profile[]): JoinedSample[] | undefined {
  if (first === undefined || others.some((other) => !haveSameSamples(first, other))) return undefined;
  return first.samples.map(({ stack, attributes, link, value }, i) => ({
    stack,
    attributes,
    ...(link && { link }),
    values: [value, ...others.map(({ samples }) => samples[i]!.value)],
  }));
}

function haveSameSamples({ samples }: Profile, other: Profile): boolean {
  return (
    samples.length === other.samples.length &&
    samples.every(({ stack, attributes, link }, i) => {
      const sample = other.samples[i]!;
      return sample.stack === stack && sample.attributes === attributes && sample.link === link;
    })
  );
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
