import assert from 'node:assert/strict';
import fc from 'fast-check';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { otlpToProfilesQuickly } from '../../src/encode/otlp-quick-import.ts';
import type { ProfilesData, ProfileSample } from '../../src/profile/model.ts';
import { arbitraryProfilesData } from '../support/arbitrary-profiles.ts';
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

/** Whether it was read, and as by the reader of all messages. */
function isReadAlike(bytes: Uint8Array): boolean {
  const messages = otlpToProfilesQuickly(bytes);
  if (messages !== undefined) assert.deepEqual(messages, otlpToProfiles(bytes).messages);
  return messages !== undefined;
}

describe('otlpToProfilesQuickly', () => {
  it('reads what services send', () => {
    const messages = otlpToProfilesQuickly(encodeOtlpProtobuf(USUAL));
    assert.deepEqual(messages, otlpToProfiles(encodeOtlpProtobuf(USUAL)).messages);
  });

  it('reads code that is mapped from files, and what is said of it', () => {
    const mapping = {
      memoryStart: 0x1000n,
      memoryLimit: 2n ** 63n,
      fileOffset: 0x40n,
      file: '/usr/bin/node',
      attributes: {},
    };
    const line = { ...frame('Builtins_Await'), systemName: '_Builtins_Await', startLine: 3 };
    const at = (address: bigint, changes: object): unknown => ({ lines: [line], address, attributes: {}, ...changes });
    const known = { ...mapping, memoryStart: 0n, attributes: { 'process.executable.build_id.gnu': 'abc' } };
    const stack = [
      at(0x1234n, { mapping }),
      at(2n ** 63n, { mapping: known, attributes: { 'profile.frame.type': 'native' } }),
      at(0x10n, { lines: [] }),
      frame('handle'),
    ];
    const bytes = encodeOtlpProtobuf(profilesData(profile({ samples: [sample({ stack } as Partial<ProfileSample>)] })));
    assert.ok(isReadAlike(bytes));
    assert.deepEqual(otlpToProfilesQuickly(bytes)![0]!.profiles[0]!.samples[0]!.stack.slice(0, 3), stack.slice(0, 3));
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

  it('leaves to the other samples that are alike, which are to be added up', () => {
    const one = sample({ value: 2 });
    const data = profilesData(profile({ samples: [one, sample({ stack: [frame('other')] })] }));
    const twice = profilesData(profile({ samples: [one, { ...one }] }));
    assert.ok(isReadAlike(encodeOtlpProtobuf(data)));
    assert.equal(otlpToProfilesQuickly(encodeOtlpProtobuf(twice)), undefined);
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
