import fc from 'fast-check';
import { sampleIdentity } from '../../src/profile/identity.ts';
import type {
  AttributesWithUnits,
  AttributeValue,
  Location,
  Mapping,
  Profile,
  ProfileSample,
  Quantity,
  StackEntry,
} from '../../src/profile/model.ts';
import { addWhole, wholeNumber } from '../../src/profile/whole-number.ts';

// Values of the profile model, any that its check accepts. Parts are drawn from few as well, so that they are shared.

const plain = { noNullPrototype: true } as const;
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('acquire', 'handle', 'main.go', ''),
);
const position = fc.oneof(fc.nat(300), fc.maxSafeNat());
const address = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const int64 = fc
  .oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
  .map(wholeNumber);
const fraction = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const quantity: fc.Arbitrary<Quantity> = fc.record(
  { value: fc.oneof(int64, fc.array(int64, { minLength: 1 })), unit: fc.constantFrom('bytes', 'nanoseconds') },
  plain,
);
const attributeValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  fc.boolean(),
  int64,
  fraction,
  fc.array(text),
  fc.array(int64),
  fc.array(fraction),
);
const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((it) => it !== '__proto__');

export const anyAttributes: fc.Arbitrary<AttributesWithUnits> = fc.dictionary(
  fc.oneof(key, fc.constantFrom('tenant', 'span id')),
  fc.oneof(attributeValue, quantity),
  { ...plain, maxKeys: 4 },
);

const frame = fc.record({ functionName: text, file: text, line: position, column: position }, plain);
const line = fc.record(
  { functionName: text, file: text, line: position, column: position, systemName: text, startLine: position },
  plain,
);

function shared<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(values, { minLength: 1, maxLength: 4 });
}

function mapping(attributes: fc.Arbitrary<AttributesWithUnits>): fc.Arbitrary<Mapping> {
  // Never all 0: that is how OTLP writes that there is none.
  const memoryLimit = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
  return fc.record({ memoryStart: address, memoryLimit, fileOffset: address, file: text, attributes }, plain);
}

function location(attributes: fc.Arbitrary<AttributesWithUnits>): fc.Arbitrary<Location> {
  return shared(mapping(attributes)).chain((mappings) =>
    fc.record(
      { lines: fc.array(line, { maxLength: 3 }), address, mapping: fc.constantFrom(...mappings), attributes },
      { ...plain, requiredKeys: ['lines', 'address', 'attributes'] },
    ),
  );
}

const hexId = (digits: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('1', '2', '9', 'a', 'f'), minLength: digits, maxLength: digits });

function samples(attributes: fc.Arbitrary<AttributesWithUnits>): fc.Arbitrary<ProfileSample[]> {
  const entries = shared(fc.oneof(frame, location(attributes)) as fc.Arbitrary<StackEntry>);
  const fromFew = entries.chain((few) =>
    fc.array(
      fc.record(
        {
          stack: fc.array(fc.constantFrom(...few)),
          attributes,
          link: fc.record({ traceId: hexId(32), spanId: hexId(16) }, plain),
          value: int64,
        },
        { ...plain, requiredKeys: ['stack', 'attributes', 'value'] },
      ),
    ),
  );
  return fromFew.map((made) => [...new Map(made.map((sample) => [sampleIdentity(sample), sample])).values()]);
}

const valueType = fc.constantFrom({ type: 'tasks', unit: 'count' }, { type: 'cpu', unit: '' });
const nanos = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

/** Any sound profile, with attributes from `attributes` everywhere. */
export function anyProfile(attributes: fc.Arbitrary<AttributesWithUnits> = anyAttributes): fc.Arbitrary<Profile> {
  return fc.record(
    {
      sampleType: valueType,
      periodType: valueType,
      period: int64.filter((period) => period > 0),
      timeUnixNano: nanos,
      durationNano: nanos,
      attributes,
      samples: samples(attributes),
      originalPayload: fc.record({ format: fc.constant('pprof'), bytes: fc.uint8Array({ minLength: 1 }) }, plain),
    },
    {
      ...plain,
      requiredKeys: ['sampleType', 'periodType', 'period', 'timeUnixNano', 'durationNano', 'attributes', 'samples'],
    },
  );
}

/** Any sound profile whose samples say when they were, each at the begin of its time and at the end. */
export function anyTimedProfile(): fc.Arbitrary<Profile> {
  return anyProfile().map(({ durationNano, ...profile }) => {
    const last = profile.timeUnixNano + durationNano;
    const timed = (value: number | bigint): Pick<ProfileSample, 'value' | 'timed'> => ({
      value,
      timed: [
        { timeUnixNano: profile.timeUnixNano, value: addWhole(value, -1) },
        { timeUnixNano: last, value: 1 },
      ],
    });
    const samples = profile.samples
      .filter(({ value }) => value > 1 - 2 ** 63)
      .map((one) => ({ ...one, ...timed(one.value) }));
    return { ...profile, durationNano: durationNano + 1n, samples };
  });
}
