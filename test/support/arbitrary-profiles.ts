import fc from 'fast-check';
import type { Attributes, Profile, ProfilesData } from '../../src/profile/model.ts';
import { frame, profile, profilesData, sample } from './profiles-data.ts';

const plain = { noNullPrototype: true } as const;
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
// -0 is the integer 0 on every wire.
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));

const attributes = fc.dictionary(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,5}$/).filter((key) => key !== '__proto__'),
  fc.oneof(
    text,
    fc.boolean(),
    fc.maxSafeInteger(),
    double,
    fc.array(text),
    fc.array(fc.maxSafeInteger()),
    fc.array(double),
  ),
  plain,
) as fc.Arbitrary<Attributes>;

const hexId = (digits: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((id) => /[^0]/.test(id));

const frames = fc.oneof(
  fc.record({ functionName: text, file: text, line: fc.maxSafeNat(), column: fc.nat() }, plain),
  // Drawn from few, so that frames, functions and files are shared as equal and as identical objects.
  fc.constantFrom(frame('acquire'), frame('handle'), frame('handle', 'b.js')),
);

const samples = fc.record(
  {
    stack: fc.array(frames),
    attributes,
    link: fc.record({ traceId: hexId(32), spanId: hexId(16) }, plain),
    value: fc.oneof(fc.nat(3), fc.maxSafeNat(), fc.constant(2 ** 60)),
  },
  { requiredKeys: ['stack', 'attributes', 'value'], ...plain },
);

const types = fc.constantFrom({ type: 'tasks', unit: 'count' }, { type: 'wait', unit: 'nanoseconds' });

// 0 is allowed, but a breach of what receivers expect.
const nanos = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });

/** Any profile that `checkProfile` passes. */
export const arbitraryProfile: fc.Arbitrary<Profile> = fc
  .record({
    sampleType: types,
    periodType: types,
    period: fc.integer({ min: 1 }),
    timeUnixNano: nanos,
    durationNano: nanos,
    attributes,
    samples: fc.uniqueArray(samples, {
      selector: (it) => JSON.stringify([it.stack, Object.entries(it.attributes).toSorted(), it.link]),
    }),
  })
  .map(profile);

/** Any message of up to three profiles. */
export const arbitraryProfilesData: fc.Arbitrary<ProfilesData> = fc
  .tuple(fc.array(arbitraryProfile, { maxLength: 3 }), attributes, text, text)
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
