import fc from 'fast-check';
import type { Attributes, ProfilesData } from '../../src/profile/model.ts';
import { anyAttributes, anyProfile, anyTimedProfile } from './any-profile.ts';
import { frame, profile, profilesData, sample } from './profiles-data.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });

/** A resource has no units. */
const plainAttributes = anyAttributes.map((attributes) =>
  Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => typeof value !== 'object' || Array.isArray(value)),
  ),
) as fc.Arbitrary<Attributes>;

/** Any message of up to three profiles. */
export const arbitraryProfilesData: fc.Arbitrary<ProfilesData> = fc
  .tuple(fc.array(fc.oneof(anyProfile(), anyTimedProfile()), { maxLength: 3 }), plainAttributes, text, text)
  .map(([profiles, resource, name, version]) => ({
    ...profilesData(...profiles),
    resource: { attributes: resource },
    scope: { name, version },
  }));

/** A message with `count` samples, each with a stack, an attribute and a value of its own. */
export function manySamples(count: number): ProfilesData {
  const each = Array.from({ length: count }, (_, index) =>
    sample({ stack: [frame(`acquire${index}`), frame('handle')], attributes: { index }, value: index }),
  );
  const values = each.map(({ value }) => value);
  return profilesData(profile({ samples: each, attributes: { 'taskprof.sample.tasks': values } }));
}
