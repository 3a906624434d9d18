import assert from 'node:assert/strict';
import fc from 'fast-check';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { InvalidOtlpError } from '../../src/encode/invalid-otlp.ts';
import { otlpToProfilesQuickly } from '../../src/encode/otlp-quick-import.ts';
import { sampleIdentity } from '../../src/profile/identity.ts';
import type { Location, ProfilesData, StackEntry } from '../../src/profile/model.ts';
import { addWhole } from '../../src/profile/whole-number.ts';
import { arbitraryProfilesData } from '../support/arbitrary-profiles.ts';
import { foreign, foreignProfile, SAMPLE_TYPE, TYPES } from '../support/foreign-otlp.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const USUAL = profilesData(
  profile({
    attributes: { 'taskprof.view': 'mean', 'taskprof.sample.tasks': [1.5, -2, 4e9], share: 0.25, note: 'große Last' },
    samples: [
      sample({ stack: [frame('acquire'), frame('handle')], attributes: { tier: 'gold', isPaid: true }, link: LINK }),
      sample({ stack: [frame('acquire'), frame('handle')], attributes: { tier: 'gold', isPaid: true } }),
      sample({ stack: [], attributes: {}, value: 7 }),
    ],
  }),
  profile({
    sampleType: { type: 'timeline', unit: 'nanoseconds' },
    samples: [sample({ value: 3, timed: [{ timeUnixNano: profile().timeUnixNano, value: 3 }] })],
  }),
);

const MAPPING = {
  memoryStart: 0x1000n,
  memoryLimit: 2n ** 63n,
  fileOffset: 0x40n,
  file: '/usr/bin/node',
  attributes: {},
};
const CODE = ((): StackEntry[] => {
  const line = { ...frame('Builtins_Await'), systemName: '_Builtins_Await', startLine: 3 };
  const at = (address: bigint, changes: object): Location => ({ lines: [line], address, attributes: {}, ...changes });
  const known = { ...MAPPING, memoryStart: 0n, attributes: { 'process.executable.build_id.gnu': 'abc' } };
  return [
    at(0x1234n, { mapping: MAPPING }),
    at(2n ** 63n, { mapping: known, attributes: { 'profile.frame.type': 'native' } }),
    at(0x10n, { lines: [] }),
    frame('handle'),
  ];
})();

/** Whether it was read, and as by the reader of all messages. */
function isReadAlike(bytes: Uint8Array): boolean {
  const messages = otlpToProfilesQuickly(bytes);
  if (messages !== undefined) assert.deepEqual(messages, otlpToProfiles(bytes).messages);
  return messages !== undefined;
}

/** Samples that are alike added up, whatever rows they refer to: those of one row are. */
function joined(messages: readonly ProfilesData[]): unknown {
  return messages.map((message) => ({
    ...message,
    profiles: message.profiles.map(({ samples, ...profile }) => {
      const sums = Map.groupBy(samples, sampleIdentity);
      return [profile, Array.from(sums, ([key, some]) => [key, some.map(({ value }) => value).reduce(addWhole)])];
    }),
  }));
}

describe('otlpToProfilesQuickly', () => {
  it('reads what services send', () => {
    const messages = otlpToProfilesQuickly(encodeOtlpProtobuf(USUAL));
    assert.deepEqual(messages, otlpToProfiles(encodeOtlpProtobuf(USUAL)).messages);
  });

  it('reads code that is mapped from files, and what is said of it', () => {
    const bytes = encodeOtlpProtobuf(profilesData(profile({ samples: [sample({ stack: CODE })] })));
    assert.ok(isReadAlike(bytes));
    assert.deepEqual(otlpToProfilesQuickly(bytes)![0]!.profiles[0]!.samples[0]!.stack.slice(0, 3), CODE.slice(0, 3));
  });

  it('reads any message as the reader of all does, or leaves it to that', () => {
    let read = 0;
    fc.assert(
      fc.property(arbitraryProfilesData, (data: ProfilesData) => {
        if (isReadAlike(encodeOtlpProtobuf(data))) read++;
      }),
      { numRuns: 150, seed: 8 },
    );
    assert.ok(read > 20, `${read} were read`);
  });

  it('has one object for equal stacks and sets of attributes', () => {
    const [first, second] = otlpToProfilesQuickly(encodeOtlpProtobuf(USUAL))![0]!.profiles[0]!.samples;
    assert.equal(first!.stack, second!.stack);
    assert.equal(first!.attributes, second!.attributes);
  });

  it('leaves to the other what is cut off, wherever', () => {
    const bytes = encodeOtlpProtobuf(USUAL);
    for (let length = 1; length < bytes.length; length++) {
      const messages = otlpToProfilesQuickly(bytes.subarray(0, length));
      if (messages !== undefined) assert.deepEqual(messages, otlpToProfiles(bytes.subarray(0, length)).messages);
    }
  });

  it('reads what the other reads, or leaves it to that, whatever byte is another', () => {
    const begin = profile().timeUnixNano;
    const timed = [begin, begin + 9n].map((timeUnixNano, i) => ({ timeUnixNano, value: i + 1 }));
    const data = profilesData(
      ...USUAL.profiles,
      profile({ samples: [sample({ stack: CODE }), sample({ value: 3, timed, link: LINK })] }),
    );
    const bytes = encodeOtlpProtobuf({ ...data, scope: { ...data.scope, attributes: { order: 1 } } });
    let read = 0;
    const isRead = (changed: Uint8Array): boolean => {
      const messages = otlpToProfilesQuickly(changed);
      if (messages === undefined) return false;
      try {
        assert.deepEqual(joined(messages), joined(otlpToProfiles(changed).messages));
      } catch (error) {
        // What nothing refers to is not looked at, nor are fields that nobody knows.
        if (!(error instanceof InvalidOtlpError)) throw error;
      }
      return true;
    };
    for (const [at, byte] of bytes.entries()) {
      for (const bit of [0x01, 0x08, 0x80]) if (isRead(bytes.with(at, byte ^ bit))) read++;
    }
    assert.ok(read > bytes.length, `${read} were read`);
  });

  const TABLES = { stringTable: [...TYPES, 'a', 'b', 'bytes'] };
  const int = (intValue: number | string): object => ({ intValue });
  const list = (...values: object[]): object => ({ arrayValue: { values } });
  const withAttributes = (...attributeTable: object[]): Uint8Array =>
    foreignProfile(
      { attributeIndices: attributeTable.map((_, index) => index + 1) },
      { ...TABLES, attributeTable: [{}, ...attributeTable] },
    );
  const withValue = (value: object): Uint8Array => withAttributes({ keyStrindex: 3, value });
  const withLink = (traceId: Buffer, spanId: Buffer): Uint8Array =>
    foreignProfile({ samples: [{ values: [1], linkIndex: 1 }] }, { linkTable: [{}, { traceId, spanId }] });
  const withMapping = (mapping: object): Uint8Array =>
    foreignProfile(
      { samples: [{ values: [1], stackIndex: 1 }] },
      {
        ...TABLES,
        mappingTable: [{}, mapping],
        locationTable: [{}, { mappingIndex: 1 }],
        stackTable: [{}, { locationIndices: [1] }],
        attributeTable: [{}, { keyStrindex: 3, value: int(1) }],
      },
    );
  const KEY_VALUES = [
    { key: 'id', value: int(1) },
    { keyStrindex: 3, value: { stringValueStrindex: 4 } },
  ];
  const withScopes = (resource: object, ...scopeProfiles: object[]): Uint8Array =>
    foreign({
      resourceProfiles: [{ resource, scopeProfiles, schemaUrl: 'a' }, { scopeProfiles: [{}] }],
      dictionary: TABLES,
    });

  for (const [what, bytes] of Object.entries({
    'a profile of which nothing is said but what it measures': foreignProfile({}),
    'a period type without a name': foreignProfile({ periodType: {}, period: 7 }),
    'an id, and a count of attributes': foreignProfile({ profileId: Buffer.alloc(16, 1), droppedAttributesCount: 3 }),
    'samples without a value, and with several': foreignProfile(
      {
        ...{ timeUnixNano: 1, durationNano: 10 },
        samples: [
          {},
          { attributeIndices: [1], timestampsUnixNano: [1, 10] },
          { attributeIndices: [2], values: [3, 4], timestampsUnixNano: [1, 2] },
          { attributeIndices: [1, 2], values: [3, 4], timestampsUnixNano: [0, 2] },
          { linkIndex: 1, values: [3, 4], timestampsUnixNano: [2, 11] },
          { linkIndex: 1, stackIndex: 1, values: [5, 6], timestampsUnixNano: [2, 3] },
        ],
      },
      {
        ...TABLES,
        linkTable: [{}, { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1) }],
        locationTable: [{}, {}],
        stackTable: [{}, { locationIndices: [1] }],
        attributeTable: [{}, { keyStrindex: 3, value: { boolValue: true } }, { keyStrindex: 4, value: int(1) }],
      },
    ),
    'ids with zeros in them': withLink(Buffer.alloc(16, '\0x'), Buffer.alloc(8, '\0x')),
    'a trace id of zeros': withLink(Buffer.alloc(16), Buffer.alloc(8, 1)),
    'a span id of zeros': withLink(Buffer.alloc(16, 1), Buffer.alloc(8)),
    'a short trace id': withLink(Buffer.alloc(8, 1), Buffer.alloc(8, 1)),
    'a short span id': withLink(Buffer.alloc(16, 1), Buffer.alloc(4, 1)),
    'no ids': withLink(Buffer.alloc(0), Buffer.alloc(0)),
    'a mapping of which nothing is said': withMapping({}),
    'one of which its begin is': withMapping({ memoryStart: 1 }),
    'one of which its end is': withMapping({ memoryLimit: 1 }),
    'one of which its place in the file is': withMapping({ fileOffset: 1 }),
    'one of which its file is': withMapping({ filenameStrindex: 3 }),
    'one of which attributes are': withMapping({ attributeIndices: [1] }),
    'an attribute without a name': withAttributes({ value: int(1) }),
    'one without a value': withAttributes({ keyStrindex: 3 }, { keyStrindex: 4, value: {} }),
    'one that a later one has as well': withAttributes(
      { keyStrindex: 3, value: int(1) },
      { keyStrindex: 3, value: int(2) },
    ),
    'a fraction': withValue({ doubleValue: 0.5 }),
    'a number that is none': withValue({ doubleValue: NaN }),
    'a number below 0': withValue(int(-5)),
    'a boolean': withValue({ boolValue: true }),
    'a text without characters': withValue({ stringValue: '' }),
    'a text of the table': withValue({ stringValueStrindex: 4 }),
    bytes: withValue({ bytesValue: Buffer.from('ab') }),
    'a list of nothing': withValue(list()),
    numbers: withValue(list(int(5), int(-7))),
    fractions: withValue(list({ doubleValue: 0.5 }, { doubleValue: 2 }, int(3))),
    texts: withValue(list({ stringValue: 'x' }, { stringValueStrindex: 4 })),
    'a number and a text': withValue(list(int(5), { stringValue: 'x' })),
    'numbers and nothing': withValue(list(int(5), {})),
    'a number that is none among others': withValue(list(int(5), { doubleValue: Infinity })),
    'lists of lists': withValue(list(list(int(5)), list())),
    'a map': withValue({ kvlistValue: { values: KEY_VALUES } }),
    'resources and scopes': withScopes(
      { attributes: KEY_VALUES },
      { scope: { name: 'a', version: '1', attributes: KEY_VALUES }, schemaUrl: 'b' },
      { scope: { name: 'b' }, profiles: [{ sampleType: SAMPLE_TYPE }, { sampleType: SAMPLE_TYPE }] },
    ),
  })) {
    it(`reads ${what}`, () => assert.ok(isReadAlike(bytes)));
  }

  for (const [what, bytes] of Object.entries({
    'an original payload': foreignProfile({ originalPayloadFormat: 'jfr', originalPayload: Buffer.from('x') }),
    units: withAttributes({ keyStrindex: 3, value: int(1), unitStrindex: 5 }),
    'numbers beyond 2^53': withValue(int(`${2n ** 60n}`)),
    'a period below 0': foreignProfile({ period: -5 }),
  })) {
    it(`leaves ${what} to the other`, () => {
      assert.ok(!isReadAlike(bytes));
      assert.equal(otlpToProfiles(bytes).messages.length, 1);
    });
  }

  it('leaves to the other what comes in parts', () => {
    const [part, other] = [{ attributes: [KEY_VALUES[0]] }, { attributes: [KEY_VALUES[1]] }].map((resource) =>
      foreign({ resourceProfiles: [{ resource, scopeProfiles: [{ scope: { version: '1' } }] }] }).subarray(2),
    );
    const whole = Buffer.concat([part!, other!]);
    const bytes = Buffer.concat([Buffer.from([0x0a, whole.length]), whole, foreign({ dictionary: TABLES })]);
    assert.ok(!isReadAlike(bytes));
    assert.deepEqual(otlpToProfiles(bytes).messages[0]!.resource.attributes, { id: 1, a: 'b' });
  });

  for (const [what, bytes] of Object.entries({
    'no sample type': foreignProfile({ sampleType: {} }),
    'a first text that is not empty': foreignProfile({}, { stringTable: ['x', 'y', 'z'] }),
    'a text that is not there': foreignProfile({ sampleType: { typeStrindex: 9 } }),
    'a stack that is not there': foreignProfile({ samples: [{ values: [1], stackIndex: 1 }] }),
    'a link that is not there': foreignProfile({ samples: [{ values: [1], linkIndex: 1 }] }),
    'an attribute that is not there': foreignProfile({ samples: [{ values: [1], attributeIndices: [1] }] }),
    'values for other times': foreignProfile({ samples: [{ values: [1, 2], timestampsUnixNano: [1] }] }),
  })) {
    it(`leaves to the other to refuse ${what}`, () => {
      assert.equal(otlpToProfilesQuickly(bytes), undefined);
      assert.throws(() => otlpToProfiles(bytes), InvalidOtlpError);
    });
  }

  it('leaves to the other samples that are alike, which are to be added up', () => {
    const one = sample({ value: 2 });
    const data = profilesData(profile({ samples: [one, sample({ stack: [frame('other')] })] }));
    const twice = profilesData(profile({ samples: [one, { ...one }] }));
    assert.ok(isReadAlike(encodeOtlpProtobuf(data)));
    assert.equal(otlpToProfilesQuickly(encodeOtlpProtobuf(twice)), undefined);
  });

  it('leaves to the other samples that are alike because what they refer to says nothing', () => {
    const other = { linkIndex: 1, stackIndex: 1 };
    const of = (...samples: object[]): Uint8Array =>
      foreignProfile(
        { samples: samples.map((one) => ({ values: [1], ...one })) },
        { linkTable: [{}, { spanId: Buffer.alloc(8, 1) }], stackTable: [{}, {}] },
      );
    assert.ok(isReadAlike(of(other)));
    assert.ok(!isReadAlike(of({}, other)));
    assert.equal(otlpToProfiles(of({}, other)).messages[0]!.profiles[0]!.samples.length, 1);
  });

  it('does not let references to one text make gigabytes of values', () => {
    // Attribute: key 1, value a list of 100,000 references to text 2 of a megabyte, and a map, so that it becomes a text.
    const text = Buffer.alloc(1_000_000, 'x');
    const field = (tag: number, content: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from([tag]), varint(content.length), content]);
    const reference = field(0x0a, Buffer.from([0x40, 2]));
    const list = Buffer.concat([field(0x0a, field(0x32, Buffer.alloc(0))), ...Array<Buffer>(100_000).fill(reference)]);
    const attribute = Buffer.concat([Buffer.from([0x08, 1]), field(0x12, field(0x2a, list))]);
    const dictionary = Buffer.concat([
      ...['', 'name'].map((one) => field(0x2a, Buffer.from(one))),
      ...[field(0x2a, text), field(0x32, Buffer.alloc(0)), field(0x32, attribute)],
    ]);
    const one = Buffer.concat([field(0x0a, Buffer.from([0x08, 1])), Buffer.from([0x58, 1])]);
    const message = Buffer.concat([field(0x0a, field(0x12, field(0x12, one))), field(0x12, dictionary)]);
    assert.equal(otlpToProfilesQuickly(message), undefined);
    assert.throws(() => otlpToProfiles(message), /values repeat texts of more than/);
  });
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 0x80)) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
