import assert from 'node:assert/strict';
import fc from 'fast-check';
import { otlpToProfiles, type OtlpImport } from '../../src/encode/otlp-import.ts';
import { otlpJsonToProfiles } from '../../src/encode/otlp-json-import.ts';
import { encodeOtlpJson } from '../../src/encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { checkProfile } from '../../src/profile/check.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { arbitraryProfilesData, manySamples } from '../support/arbitrary-profiles.ts';
import { foreign, foreignProfile, SAMPLE_TYPE, TYPES } from '../support/foreign-otlp.ts';
import { plainEntries } from '../support/otlp-model.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';
import { runs } from '../support/property-seed.ts';

const NOWHERE = { functionName: '', file: '', line: 0, column: 0 };

const READERS = { protobuf: otlpToProfiles, JSON: otlpJsonToProfiles };
const ENCODERS = { protobuf: encodeOtlpProtobuf, JSON: encodeOtlpJson };

for (const format of ['protobuf', 'JSON'] as const) {
  describe(`reading OTLP in ${format}`, () => {
    const read = READERS[format];
    const encode = ENCODERS[format];

    it('gives back whatever was written, without a loss', () => {
      fc.assert(
        fc.property(arbitraryProfilesData, (data) => {
          assert.deepEqual(read(encode(data)), { messages: [plainEntries(data)], losses: [] });
        }),
        { numRuns: runs(300) },
      );
    });

    it('gives back 10,000 samples, and a stack of 100,000 frames', () => {
      const many = manySamples(10_000);
      assert.deepEqual(read(encode(many)).messages, [many]);
      const stack = Array.from({ length: 100_000 }, (_, index) => ({ ...frame('descend'), line: index }));
      const deep = profilesData(profile({ samples: [sample({ stack })] }));
      assert.deepEqual(read(encode(deep)).messages, [deep]);
    });

    it('shares stacks, entries and attributes that are equal', () => {
      const one = (value: number): ProfilesData['profiles'][number] =>
        profile({ samples: [sample({ attributes: { tier: 'gold' }, value }), sample({ value })] });
      const [{ profiles: [first, second] } = { profiles: [] }] = read(encode(profilesData(one(1), one(2)))).messages;
      const [tiered, plain] = first!.samples;
      assert.equal(tiered!.stack, plain!.stack);
      assert.equal(tiered!.stack, second!.samples[0]!.stack);
      assert.equal(tiered!.attributes, second!.samples[0]!.attributes);
    });
  });
}

/** From 1 to 10. */
function readTimed(samples: readonly object[]): ReturnType<typeof otlpToProfiles> {
  const tables = { stringTable: [...TYPES, 'a'], attributeTable: [{}, { keyStrindex: 3, value: { boolValue: true } }] };
  return otlpToProfiles(foreignProfile({ timeUnixNano: 1, durationNano: 10, samples }, tables));
}

describe('otlpToProfiles of what others write', () => {
  const only = ({ messages }: OtlpImport): ProfilesData['profiles'][number] => messages[0]!.profiles[0]!;

  it('makes a message of each resource and scope', () => {
    const scope = (name: string): object => ({ scope: { name }, profiles: [{ sampleType: SAMPLE_TYPE }] });
    const resource = (id: number): object => ({ attributes: [{ key: 'id', value: { intValue: id } }] });
    const { messages } = otlpToProfiles(
      foreign({
        resourceProfiles: [
          { resource: resource(1), scopeProfiles: [scope('a'), scope('b')] },
          { resource: resource(2), scopeProfiles: [scope('c')] },
        ],
        dictionary: { stringTable: TYPES },
      }),
    );
    assert.deepEqual(
      messages.map((message) => [message.resource.attributes.id, message.scope.name, message.profiles.length]),
      [
        [1, 'a', 1],
        [1, 'b', 1],
        [2, 'c', 1],
      ],
    );
  });

  it('takes the sample type and 1 for a period that is not told', () => {
    const { periodType, period } = only(otlpToProfiles(foreignProfile({})));
    assert.deepEqual([periodType, period], [{ type: 'samples', unit: 'count' }, 1]);
  });

  it('adds up samples that are alike, by what they say and not by their indices', () => {
    const bytes = foreignProfile(
      {
        samples: [
          { stackIndex: 1, attributeIndices: [1, 2], values: [2] },
          { stackIndex: 2, attributeIndices: [2, 1], values: [3] },
        ],
      },
      {
        stringTable: [...TYPES, 'a', 'b', 'f', 'f'],
        functionTable: [{}, { nameStrindex: 5 }, { nameStrindex: 6 }],
        locationTable: [{}, { lines: [{ functionIndex: 1, line: 7 }] }, { lines: [{ functionIndex: 2, line: 7 }] }],
        stackTable: [{}, { locationIndices: [1] }, { locationIndices: [2] }],
        attributeTable: [
          {},
          { keyStrindex: 3, value: { stringValue: 'x' } },
          { keyStrindex: 4, value: { stringValue: 'y' } },
        ],
      },
    );
    const read = otlpToProfiles(bytes);
    checkProfile(only(read));
    assert.deepEqual(
      only(read).samples.map(({ attributes, value }) => [attributes, value]),
      [[{ a: 'x', b: 'y' }, 5]],
    );
    assert.deepEqual(read.losses, [
      { what: 'samples of a stack, attributes and link that another has; added to that', count: 1 },
    ]);
  });

  it('keeps when values were, counts a timestamp as one where there are no values, and joins samples that are alike', () => {
    const samples = [
      { timestampsUnixNano: [1, 2] },
      { timestampsUnixNano: [3] },
      { attributeIndices: [1], values: [4, 5], timestampsUnixNano: [1, 2] },
    ];
    const read = readTimed(samples);
    checkProfile(only(read));
    const at = (time: bigint, value: number): object => ({ timeUnixNano: time, value });
    assert.deepEqual(
      only(read).samples.map(({ value, timed }) => [value, timed]),
      [
        [3, [at(1n, 1), at(2n, 1), at(3n, 1)]],
        [9, [at(1n, 4), at(2n, 5)]],
      ],
    );
    const what = 'samples of a stack, attributes and link that another has; added to that';
    assert.deepEqual(read.losses, [{ what, count: 1 }]);
  });

  it('drops timestamps outside of the profile, of one value for several, and of a part of what it joins', () => {
    const samples = [
      { values: [4, 5], timestampsUnixNano: [1, 11] },
      { attributeIndices: [1], values: [7], timestampsUnixNano: [1, 2] },
      { attributeIndices: [1], values: [1], timestampsUnixNano: [2] },
    ];
    const read = readTimed(samples);
    assert.deepEqual(
      only(read).samples.map(({ value, timed }) => [value, timed]),
      [
        [9, undefined],
        [8, undefined],
      ],
    );
    assert.deepEqual(read.losses.at(0), { what: 'timestamps of samples', count: 5 });
  });

  it('resolves keys and values that refer to the string table, as a Collector writes them', () => {
    const { messages } = otlpToProfiles(
      foreign({
        resourceProfiles: [
          {
            resource: { attributes: [{ keyStrindex: 1, value: { stringValueStrindex: 2 } }] },
            scopeProfiles: [{}],
          },
        ],
        dictionary: { stringTable: ['', 'service.name', 'shop'] },
      }),
    );
    assert.deepEqual(messages[0]!.resource.attributes, { 'service.name': 'shop' });
  });

  it('keeps as text what the model has no type for, and says so', () => {
    const attribute = (key: string, value: object): object => ({ key, value });
    const { messages, losses } = otlpToProfiles(
      foreign({
        resourceProfiles: [
          {
            resource: {
              attributes: [
                attribute('map', { kvlistValue: { values: [{ key: 'n', value: { intValue: 7 } }] } }),
                attribute('bytes', { bytesValue: Buffer.from('ab') }),
                attribute('mixed', { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'x' }] } }),
                attribute('none', { doubleValue: NaN }),
                attribute('some', { arrayValue: { values: [{ doubleValue: 0.5 }, { doubleValue: Infinity }] } }),
                attribute('large', { arrayValue: { values: [{ intValue: 2n ** 60n }, { doubleValue: 0.5 }] } }),
                attribute('nothing', {}),
              ],
            },
            scopeProfiles: [{}],
          },
        ],
        dictionary: { stringTable: [''] },
      }),
    );
    assert.deepEqual(messages[0]!.resource.attributes, {
      map: '{"n":7}',
      bytes: '{"base64":"YWI="}',
      mixed: '[1,"x"]',
      none: 'NaN',
      some: ['0.5', 'Infinity'],
      large: [2 ** 60, 0.5],
    });
    assert.deepEqual(losses, [
      { what: 'attributes that are maps, bytes or lists of several kinds; kept as text', count: 3 },
      { what: 'numbers that are not finite; kept as text', count: 2 },
      { what: 'whole numbers beyond 2^53 in lists with fractions; rounded', count: 1 },
      { what: 'attributes without a value', count: 1 },
    ]);
  });

  it('reports what nothing refers to, and what it does not read', () => {
    const { losses } = otlpToProfiles(
      foreignProfile(
        { profileId: Buffer.alloc(16, 1) },
        { stackTable: [{}, {}], linkTable: [{}, { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1) }] },
      ),
    );
    assert.deepEqual(losses, [
      { what: 'fields of number 7 in Profile, which are not read', count: 1 },
      { what: 'stacks that no sample refers to', count: 1 },
      { what: 'links that no sample refers to', count: 1 },
    ]);
  });

  it('keeps an original payload with its format, and reports one without', () => {
    const bytes = Uint8Array.of(1, 2);
    const whole = otlpToProfiles(foreignProfile({ originalPayloadFormat: 'jfr', originalPayload: bytes }));
    assert.deepEqual([only(whole).originalPayload, whole.losses], [{ format: 'jfr', bytes }, []]);
    const nameless = otlpToProfiles(foreignProfile({ originalPayload: bytes }));
    assert.deepEqual(
      [only(nameless).originalPayload, nameless.losses],
      [undefined, [{ what: 'original payloads without a format', count: 1 }]],
    );
    for (const profile of [{}, { originalPayloadFormat: 'jfr' }, { originalPayload: new Uint8Array() }]) {
      const read = otlpToProfiles(foreignProfile(profile));
      assert.deepEqual([only(read).originalPayload, read.losses], [undefined, []]);
    }
  });

  it('keeps attributes of the scope, and of keys in the table', () => {
    const attributes = [
      { key: 'order', value: { intValue: 1 } },
      {
        key: '',
        keyStrindex: 1,
        value: { kvlistValue: { values: [{ keyStrindex: 2, value: { intValue: `${2n ** 60n}` } }] } },
      },
    ];
    const { messages, losses } = otlpToProfiles(
      foreign({
        resourceProfiles: [{ scopeProfiles: [{ scope: { name: 'a', version: '1', attributes } }] }],
        dictionary: { stringTable: ['', 'map', 'n'] },
      }),
    );
    const text = `{"n":"${2n ** 60n}"}`;
    assert.deepEqual(messages[0]!.scope, { name: 'a', version: '1', attributes: { order: 1, map: text } });
    assert.equal(losses.length, 1);
  });

  it('reads a message that has nothing, and one without tables', () => {
    assert.deepEqual(otlpToProfiles(foreign({ dictionary: {} })), { messages: [], losses: [] });
    assert.deepEqual(otlpToProfiles(foreign({ resourceProfiles: [{}] })), { messages: [], losses: [] });
    assert.deepEqual(otlpToProfiles(foreign({ resourceProfiles: [{ scopeProfiles: [{}] }] })).messages, [
      { resource: { attributes: {} }, scope: { name: '', version: '' }, profiles: [] },
    ]);
  });

  it('reports what is broken in small parts, and reads the others', () => {
    const zeros = { traceId: Buffer.alloc(16), spanId: Buffer.alloc(8, 1) };
    const short = { traceId: Buffer.alloc(8, 1), spanId: Buffer.alloc(8, 1) };
    const a = { keyStrindex: 3 };
    const read = otlpToProfiles(
      foreignProfile(
        {
          period: -5,
          attributeIndices: [1, 2, 3, 4, 5, 6, 7, 8],
          samples: [
            { attributeIndices: [2] },
            { values: [1], linkIndex: 1 },
            { values: [2], linkIndex: 2 },
            { values: [3], stackIndex: 1 },
          ],
        },
        {
          stringTable: [...TYPES, 'a', 'bytes', 'texts'],
          linkTable: [{}, zeros, short],
          functionTable: [{}, { startLine: -1 }],
          locationTable: [{}, { lines: [{ functionIndex: 1, line: -2, column: `${2n ** 60n}` }] }],
          stackTable: [{}, { locationIndices: [1] }],
          attributeTable: [
            {},
            { value: { intValue: 1 } },
            { ...a, value: { intValue: 1 } },
            { ...a, value: { intValue: 2 } },
            { keyStrindex: 1, value: { stringValue: 'x' }, unitStrindex: 4 },
            { keyStrindex: 2, value: { boolValue: true }, unitStrindex: 4 },
            {
              keyStrindex: 4,
              value: { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'x' }] } },
              unitStrindex: 4,
            },
            { keyStrindex: 2, unitStrindex: 4 },
            { keyStrindex: 5, value: { arrayValue: { values: [{ stringValue: 'x' }] } }, unitStrindex: 4 },
          ],
        },
      ),
    );
    const { period, attributes, samples } = only(read);
    assert.deepEqual([period, attributes], [1, { a: 2, samples: 'x', count: true, bytes: '[1,"x"]', texts: ['x'] }]);
    assert.deepEqual(samples, [
      { stack: [], attributes: {}, value: 3 },
      {
        stack: [{ lines: [{ ...NOWHERE, systemName: '', startLine: 0 }], address: 0n, attributes: {} }],
        attributes: {},
        value: 3,
      },
    ]);
    const count = (what: string): number | undefined => read.losses.find((loss) => loss.what === what)?.count;
    assert.deepEqual(
      [
        'periods below 0; set to 1',
        'attributes without a name',
        'attributes of a name that a later one has as well',
        'attributes without a value',
        'units of attributes that are no numbers',
        'samples without a value',
        'links whose ids are none',
        'lines and columns below 0 or beyond 2^53; set to 0',
      ].map((what) => [what, count(what)]),
      [
        ['periods below 0; set to 1', 1],
        ['attributes without a name', 1],
        ['attributes of a name that a later one has as well', 1],
        ['attributes without a value', 1],
        ['units of attributes that are no numbers', 4],
        ['samples without a value', 1],
        ['links whose ids are none', 2],
        ['lines and columns below 0 or beyond 2^53; set to 0', 3],
      ],
    );
  });

  it('counts rows of each table that nothing refers to', () => {
    const { losses } = otlpToProfiles(
      foreignProfile(
        {},
        {
          mappingTable: [{}, {}],
          functionTable: [{}, {}, {}],
          locationTable: [{}, {}, {}, {}],
          attributeTable: [{}, {}, {}],
        },
      ),
    );
    assert.deepEqual(losses, [
      { what: 'locations that no stack refers to', count: 3 },
      { what: 'functions that no location refers to', count: 2 },
      { what: 'mappings that no location refers to', count: 1 },
      { what: 'attributes that nothing refers to', count: 2 },
    ]);
  });

  it('takes timestamps from the begin of the profile to before its end', () => {
    const times = (...timestampsUnixNano: number[]): object => ({ timestampsUnixNano });
    const timesOf = (sample: object): bigint[] | undefined =>
      only(readTimed([sample])).samples[0]!.timed?.map(({ timeUnixNano }) => timeUnixNano);
    assert.deepEqual(timesOf(times(1, 10)), [1n, 10n]);
    assert.equal(timesOf(times(0, 2)), undefined);
    assert.equal(timesOf(times(2, 11)), undefined);
  });

  it('refuses values whose sum is more than 64 bits', () => {
    const most = `${2n ** 63n - 1n}`;
    for (const samples of [
      [{ values: [most, 1], timestampsUnixNano: [1, 2] }],
      [{ values: [most] }, { values: [1] }],
    ]) {
      assert.throws(() => readTimed(samples), {
        name: 'InvalidOtlpError',
        message: /profile 0, sample \d: the sum of its values does not fit 64 bits/,
      });
    }
  });

  it('names the table and the row that is not there', () => {
    const locationTable = [{}, { mappingIndex: 3 }];
    const stackTable = [{}, { locationIndices: [1] }];
    assert.throws(
      () =>
        otlpToProfiles(foreignProfile({ samples: [{ stackIndex: 1, values: [1] }] }, { locationTable, stackTable })),
      /location 1: mapping 3 is not in its table of 0/,
    );
  });
});
