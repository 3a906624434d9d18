import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkTables, decodeProfiles, decodeRaw } from '../../examples/receiver/decode.ts';
import { encodeOtlpProtobuf, encodeOtlpProtobufInSteps } from '../../src/encode/otlp-protobuf.ts';
import type { Attributes, Profile, ProfilesData } from '../../src/profile/model.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { anyProfile, anyTimedProfile } from '../support/any-profile.ts';
import { modelOfOtlp, plainEntries } from '../support/otlp-model.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';
import { runs } from '../support/property-seed.ts';

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

function roundTrip(data: ProfilesData): ReturnType<typeof decodeProfiles> {
  const bytes = encodeOtlpProtobuf(data);
  assert.deepEqual(checkTables(decodeRaw(bytes)), []);
  return decodeProfiles(bytes);
}

function expectRoundTrip(...profiles: Profile[]): void {
  const data = profilesData(...profiles);
  assert.deepEqual(roundTrip(data), {
    resource: data.resource.attributes,
    scope: data.scope,
    profiles: profiles.map((expected) => ({
      ...expected,
      samples: expected.samples.map(({ value, ...rest }) => ({ ...rest, values: [value], timestampsUnixNano: [] })),
    })),
  });
}

function rawDictionary(...profiles: Profile[]): NonNullable<ReturnType<typeof decodeRaw>['dictionary']> {
  const { dictionary } = decodeRaw(encodeOtlpProtobuf(profilesData(...profiles)));
  assert(dictionary);
  return dictionary;
}

function attributesAfter(attributes: Attributes): Attributes | undefined {
  return roundTrip(profilesData(profile({ attributes }))).profiles[0]?.attributes;
}

describe('encodeOtlpProtobuf', () => {
  it('keeps every field of a profile', () =>
    expectRoundTrip(
      profile({
        periodType: { type: 'wait', unit: 'nanoseconds' },
        period: 10_000_000,
        attributes: { 'taskprof.view': 'interval' },
        samples: [
          sample({ attributes: { 'http.route': '/orders', tier: 2, paid: true, ratio: 0.5 }, link: LINK, value: 3 }),
          sample({ stack: [frame('query'), frame('handle')], value: 0 }),
        ],
      }),
    ));

  it('keeps several profiles over one dictionary', () =>
    expectRoundTrip(profile(), profile({ sampleType: { type: 'wait', unit: 'nanoseconds' } })));

  it('keeps a stack without frames, a frame without a file and a frame without a name', () =>
    expectRoundTrip(
      profile({
        samples: [
          sample({ stack: [] }),
          sample({ stack: [{ functionName: 'Promise.all', file: '', line: 0, column: 0 }] }),
          sample({ stack: [{ functionName: '', file: '', line: 0, column: 0 }] }),
        ],
      }),
    ));

  it('keeps names beyond ASCII', () =>
    expectRoundTrip(profile({ samples: [sample({ stack: [frame('größe€😀𠀀'.repeat(40))] })] })));

  it('keeps a time of more than 2^53 nanoseconds to the last one', () => {
    expectRoundTrip(profile({ timeUnixNano: 18_446_744_073_709_551_615n }));
  });

  it('keeps values beyond 2^53', () => expectRoundTrip(profile({ samples: [sample({ value: 2 ** 60 })] })));

  it('keeps integers as int_value and fractions as double_value', () => {
    const attributes = {
      small: -1,
      large: Number.MAX_SAFE_INTEGER,
      low: Number.MIN_SAFE_INTEGER,
      half: 0.5,
      huge: 1e300,
    };
    const { stringTable, attributeTable } = rawDictionary(profile({ attributes, samples: [] }));
    assert.deepEqual(
      attributeTable.slice(1).map(({ keyStrindex, value }) => [stringTable[keyStrindex!], value]),
      [
        ['small', { intValue: -1n }],
        ['large', { intValue: 9_007_199_254_740_991n }],
        ['low', { intValue: -9_007_199_254_740_991n }],
        ['half', { doubleValue: 0.5 }],
        ['huge', { doubleValue: 1e300 }],
      ],
    );
  });

  it('writes an array of numbers as integers only or as doubles only', () => {
    const { attributeTable } = rawDictionary(profile({ attributes: { whole: [1, 2], mixed: [1, 2.5] }, samples: [] }));
    assert.deepEqual(
      attributeTable.slice(1).map(({ value }) => value?.arrayValue?.values),
      [
        [{ intValue: 1n }, { intValue: 2n }],
        [{ doubleValue: 1 }, { doubleValue: 2.5 }],
      ],
    );
  });

  it('keeps values that say nothing: 0, false, an empty string, an empty array', () => {
    const attributes = { zero: 0, no: false, empty: '', none: [], blanks: ['', 'a'] };
    assert.deepEqual(attributesAfter(attributes), attributes);
  });

  it('tells apart values of one key that print alike', () => {
    const samples = [1, '1', true, 'true', [1], ['1'], [1.5], ['1.5'], 'string 1', ['a,b'], ['a', 'b']].map((value) =>
      sample({ attributes: { key: value } }),
    );
    expectRoundTrip(profile({ samples }));
  });

  it('keeps an array of 100,000 fractions', () => {
    const weights = Array.from({ length: 100_000 }, (_, index) => index + 0.25);
    assert.deepEqual(attributesAfter({ weights }), { weights });
  });

  it('shares frames, stacks, attributes and links of equal value that are different objects', () => {
    const one = (value: number): Profile =>
      profile({ samples: [{ stack: [frame('a'), frame('b')], attributes: { route: '/' }, link: { ...LINK }, value }] });
    const { locationTable, stackTable, linkTable, attributeTable } = rawDictionary(one(1), one(2));
    assert.deepEqual([locationTable.length, stackTable.length, linkTable.length, attributeTable.length], [3, 2, 2, 3]);
  });

  it('tells frames apart that differ in one field only', () => {
    const base = { functionName: 'f', file: 'g', line: 12, column: 3 };
    const others = [{ functionName: 'g' }, { file: 'f' }, { line: 1 }, { column: 23 }, { line: 1, column: 23 }];
    expectRoundTrip(
      profile({
        samples: [base, ...others.map((other) => ({ ...base, ...other }))].map((f) => sample({ stack: [f] })),
      }),
    );
  });

  it('writes a resource, a scope and the zero value of all tables where there is no sample', () => {
    const data = { resource: { attributes: {} }, scope: { name: '', version: '' }, profiles: [] };
    assert.deepEqual(roundTrip(data), { resource: {}, scope: { name: '', version: '' }, profiles: [] });
  });

  it('packs repeated numbers', () => {
    const frames = Array.from({ length: 100 }, (_, index) => frame('f'.repeat(index + 1)));
    const bytes = (count: number): number =>
      encodeOtlpProtobuf(profilesData(profile({ samples: rotations(frames, count) }))).length;
    // A further sample is a stack of 100 one-byte indices, with 4 bytes around it, and 11 bytes at most of its own.
    assert.ok((bytes(100) - bytes(50)) / 50 <= 115, `${(bytes(100) - bytes(50)) / 50} bytes a sample`);
  });

  it('writes the same in steps, with turns of the event loop in between', async () => {
    const samples = Array.from({ length: 3_000 }, (_, i) => sample({ stack: [frame(`at${i}`)], value: i }));
    const data = profilesData(profile({ samples }), profile({ samples: samples.slice(7) }), profile());
    let turns = 0;
    let encoded: Uint8Array | undefined;
    const encoding = encodeOtlpProtobufInSteps(data).then((bytes) => (encoded = bytes));
    while (encoded === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    assert.ok(turns > 2 * Math.floor(3_000 / 300), `${turns} turns`);
    assert.deepEqual(Buffer.from(await encoding), Buffer.from(encodeOtlpProtobuf(data)));
  });

  it('keeps all of any sound profile: locations, mappings, units, 64 bits, an original payload', () => {
    const samples = fc.array(fc.oneof(anyProfile(), anyTimedProfile()), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(samples, (profiles) => {
        for (const made of profiles) checkProfile(made);
        const data = profilesData(...profiles);
        const bytes = encodeOtlpProtobuf(data);
        assert.deepEqual(modelOfOtlp(bytes), plainEntries(data));
        // Rules of what this package profiles, not of OTLP.
        const own = /profile.frame.type v8js|has a bad key|has no (time|duration)/;
        assert.deepEqual(
          checkTables(decodeRaw(bytes)).filter((breach) => !own.test(breach)),
          [],
        );
      }),
      { numRuns: runs(200) },
    );
  });

  it('keeps attributes of the scope', () => {
    const data = profilesData(profile());
    const scope = { ...data.scope, attributes: { 'pprof.scope.default_sample_type': 'cpu', order: [1, 0] } };
    assert.deepEqual(modelOfOtlp(encodeOtlpProtobuf({ ...data, scope })), { ...data, scope });
  });
});

function rotations(frames: readonly ReturnType<typeof frame>[], count: number): Profile['samples'] {
  return Array.from({ length: count }, (_, index) =>
    sample({ stack: [...frames.slice(index), ...frames.slice(0, index)] }),
  );
}
