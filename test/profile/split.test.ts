import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Profile, ProfilesData } from '../../src/profile/model.ts';
import { splitProfilesData, withoutSamples } from '../../src/profile/split.ts';
import { arbitraryProfilesData, manySamples } from '../support/arbitrary-profiles.ts';
import { profile, profilesData, sample } from '../support/profiles-data.ts';

/** A message of one profile with an attribute that only happens to be as long as its samples are many, and one that has the name only. */
function withOther(count: number): ProfilesData {
  const [only] = manySamples(count).profiles as [Profile];
  const others = { other: [...only.samples.keys()], 'taskprof.sample.other': [7, 8] };
  return profilesData({ ...only, attributes: { ...only.attributes, ...others } });
}

/** Splits until nothing can be split any more. */
function atoms(data: ProfilesData): ProfilesData[] {
  return splitProfilesData(data)?.flatMap(atoms) ?? [data];
}

describe('splitProfilesData', () => {
  it('splits between profiles first', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((type) => profile({ sampleType: { type, unit: 'count' } })) as [
      Profile,
      Profile,
      Profile,
    ];
    const [first, second] = splitProfilesData(profilesData(a, b, c))!;
    assert.deepEqual(first, profilesData(a, b));
    assert.deepEqual(second, profilesData(c));
  });

  it('splits the samples of one profile, and the attributes that are parallel to them', () => {
    const [first, second] = splitProfilesData(withOther(5))!;
    const { samples, attributes } = withOther(5).profiles[0]!;
    assert.deepEqual(first.profiles[0]!.samples, samples.slice(0, 3));
    assert.deepEqual(second.profiles[0]!.samples, samples.slice(3));
    assert.deepEqual(first.profiles[0]!.attributes['taskprof.sample.tasks'], [0, 1, 2]);
    assert.deepEqual(second.profiles[0]!.attributes['taskprof.sample.tasks'], [3, 4]);
    for (const { profiles } of [first, second]) {
      for (const name of ['other', 'taskprof.sample.other'])
        assert.deepEqual(profiles[0]!.attributes[name], attributes[name]);
    }
  });

  it('carries an original payload with the whole profile only', () => {
    const originalPayload = { format: 'pprof', bytes: new Uint8Array([1]) };
    const whole = profile({ samples: [sample(), sample({ value: 2 })], originalPayload });
    const [first, second] = splitProfilesData(profilesData(whole, profile()))!;
    assert.deepEqual(first.profiles[0]!.originalPayload, originalPayload);
    assert.equal(second.profiles[0]!.originalPayload, undefined);
    for (const half of splitProfilesData(first)!) assert.ok(!('originalPayload' in half.profiles[0]!));
  });

  it('does not split what has one sample, or none', () => {
    assert.equal(splitProfilesData(profilesData(profile({ samples: [sample()] }))), undefined);
    assert.equal(splitProfilesData(profilesData(profile({ samples: [] }))), undefined);
    assert.equal(splitProfilesData(profilesData()), undefined);
  });

  it('loses, doubles and changes nothing, in order', () => {
    fc.assert(
      fc.property(arbitraryProfilesData, (data) => {
        const parts = atoms(data);
        for (const part of parts) assert.deepEqual({ ...part, profiles: data.profiles }, data);
        const samples = (all: readonly Profile[]): unknown[] => all.flatMap((one) => one.samples);
        assert.deepEqual(samples(parts.flatMap(({ profiles }) => profiles)), samples(data.profiles));
        for (const { profiles } of parts) assert.ok(profiles.length <= 1 && (profiles[0]?.samples.length ?? 0) <= 1);
      }),
    );
  });
});

describe('withoutSamples', () => {
  it('leaves all but samples and what is parallel to them', () => {
    const data = withOther(3);
    const [only] = withoutSamples(data).profiles;
    assert.deepEqual(only, {
      ...data.profiles[0],
      samples: [],
      attributes: { 'taskprof.sample.tasks': [], other: [0, 1, 2], 'taskprof.sample.other': [7, 8] },
    });
  });
});
