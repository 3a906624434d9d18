import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodePprof } from '../../src/encode/pprof.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { BuildIdAttribute, PprofAttribute } from '../../src/encode/pprof-names.ts';
import { isQuantity } from '../../src/profile/check-attributes.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { sampleIdentity } from '../../src/profile/identity.ts';
import { FRAME_ATTRIBUTES, locationOf } from '../../src/profile/location.ts';
import type {
  AttributesWithUnits,
  AttributeValue,
  Mapping,
  Profile,
  ProfileSample,
  Quantity,
  StackEntry,
} from '../../src/profile/model.ts';
import { addWhole } from '../../src/profile/whole-number.ts';
import { anyAttributes, anyProfile } from '../support/any-profile.ts';
import { runs } from '../support/property-seed.ts';

/** What pprof can carry of an attribute: whole numbers, texts, lists of either; undefined for none. */
function carriedValue(given: AttributeValue | Quantity): AttributeValue | Quantity | undefined {
  const { value, unit } = isQuantity(given) ? given : { value: given, unit: '' };
  const values = (typeof value === 'object' ? value : [value]) as (string | number | bigint | boolean)[];
  const areNumbers = values.every(
    (one) => (typeof one === 'bigint' || Number.isSafeInteger(one)) && (Number(one) !== 0 || unit !== ''),
  );
  const carried = areNumbers ? values : values.filter((one) => one !== '').map(String);
  if (carried.length === 0) return undefined;
  const result = (carried.length === 1 ? carried[0] : carried) as AttributeValue;
  return areNumbers && unit !== '' ? ({ value: result, unit } as Quantity) : result;
}

function carriedAttributes(attributes: AttributesWithUnits): AttributesWithUnits {
  const carried = Object.entries(attributes).map(([key, value]) => [key, carriedValue(value)] as const);
  return Object.fromEntries(carried.filter(([, value]) => value !== undefined)) as AttributesWithUnits;
}

function flags(attributes: AttributesWithUnits, ...names: string[]): AttributesWithUnits {
  return Object.fromEntries(names.filter((name) => attributes[name] === true).map((name) => [name, true]));
}

function carriedMapping({ attributes, ...mapping }: Mapping): Mapping {
  const { hasFunctions, hasFilenames, hasLineNumbers, hasInlineFrames } = PprofAttribute;
  const buildId = attributes[BuildIdAttribute.gnu];
  return {
    ...mapping,
    attributes: {
      ...(typeof buildId === 'string' && buildId !== '' ? { [BuildIdAttribute.gnu]: buildId } : {}),
      ...flags(attributes, hasFunctions, hasFilenames, hasLineNumbers, hasInlineFrames),
    },
  };
}

function carriedEntry(entry: StackEntry): StackEntry {
  const { mapping, attributes, ...location } = locationOf(entry);
  return {
    ...location,
    ...(mapping && { mapping: carriedMapping(mapping) }),
    attributes: { ...FRAME_ATTRIBUTES, ...flags(attributes, PprofAttribute.isFolded) },
  };
}

/** What is left once pprof carried it; what is alike then is added up. */
function carriedSamples(samples: readonly ProfileSample[]): Map<string, number | bigint> {
  const sums = new Map<string, number | bigint>();
  for (const { value, stack, attributes, ...sample } of samples.filter((it) => Number(it.value) !== 0)) {
    const key = sampleIdentity({
      ...sample,
      stack: stack.map(carriedEntry),
      attributes: carriedAttributes(attributes),
      value,
    });
    sums.set(key, BigInt.asIntN(64, BigInt(addWhole(sums.get(key) ?? 0, value))));
  }
  return new Map([...sums].map(([key, sum]) => [key, BigInt(sum)]));
}

const keysOfPprof = fc.record(
  {
    [PprofAttribute.isFolded]: fc.boolean(),
    [PprofAttribute.hasFunctions]: fc.boolean(),
    [PprofAttribute.hasFilenames]: fc.boolean(),
    [PprofAttribute.hasLineNumbers]: fc.boolean(),
    [PprofAttribute.hasInlineFrames]: fc.boolean(),
    [BuildIdAttribute.gnu]: fc.constantFrom('', '0af7651916cd', 'feed'),
    [PprofAttribute.comment]: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }),
    [PprofAttribute.docUrl]: fc.constantFrom('https://example.com/tasks'),
    [PprofAttribute.dropFrames]: fc.constantFrom('^node:'),
    [PprofAttribute.keepFrames]: fc.constantFrom('^main'),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const attributes = fc.tuple(anyAttributes, keysOfPprof).map(([any, ofPprof]) => ({ ...any, ...ofPprof }));

function roundTrip(profile: Profile): Profile {
  const { data, losses } = pprofToProfiles(encodePprof([profile]), { frameType: 'v8js' });
  assert.equal(data.profiles.length, 1);
  for (const { what } of losses) assert.match(what, /^samples of a stack and labels that another has/);
  return data.profiles[0]!;
}

describe('a profile as pprof and back', () => {
  it('is what pprof can carry of it', () => {
    fc.assert(
      fc.property(anyProfile(attributes), (made) => {
        checkProfile(made);
        const back = roundTrip(made);
        checkProfile(back);
        assert.deepEqual(
          new Map(back.samples.map((sample) => [sampleIdentity(sample), BigInt(sample.value)])),
          carriedSamples(made.samples),
        );
        const { comment, docUrl, dropFrames, keepFrames } = PprofAttribute;
        const ofPprof = [docUrl, dropFrames, keepFrames, comment].filter((key) => key in made.attributes);
        assert.deepEqual(back, {
          sampleType: made.sampleType,
          periodType: made.periodType,
          period: made.period,
          timeUnixNano: made.timeUnixNano,
          durationNano: made.durationNano,
          attributes: Object.fromEntries(ofPprof.map((key) => [key, made.attributes[key]])),
          samples: back.samples,
        });
      }),
      { numRuns: runs(300) },
    );
  });

  it('is the same after a second time', () => {
    fc.assert(
      fc.property(anyProfile(attributes), (made) => {
        const once = roundTrip(made);
        assert.deepEqual(roundTrip(once), once);
      }),
    );
  });
});
