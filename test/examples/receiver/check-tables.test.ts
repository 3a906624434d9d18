import assert from 'node:assert/strict';
import { checkTables, decodeRaw, type RawProfilesRequest } from '../../../examples/receiver/decode.ts';
import type { RawDictionary, RawProfile } from '../../../examples/receiver/raw.ts';
import { encodeOtlpProtobuf } from '../../../src/encode/otlp-protobuf.ts';
import { profile, profilesData, sample } from '../../support/profiles-data.ts';

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

interface Parts {
  readonly request: RawProfilesRequest;
  readonly dictionary: RawDictionary;
  readonly first: RawProfile;
}

/** A sound request, broken by `break_`, has exactly this breach. */
function expectBreach(break_: (parts: Parts) => void, breach: RegExp): void {
  const samples = [sample({ attributes: { route: '/' }, link: LINK }), sample({ stack: [] })];
  const request = decodeRaw(encodeOtlpProtobuf(profilesData(profile({ samples }))));
  assert.deepEqual(checkTables(request), []);
  const dictionary = request.dictionary!;
  break_({ request, dictionary, first: request.resourceProfiles[0]!.scopeProfiles[0]!.profiles[0]! });
  const breaches = checkTables(request);
  assert.equal(breaches.length, 1, breaches.join('\n'));
  assert.match(breaches[0]!, breach);
}

describe('checkTables', () => {
  for (const [what, break_, breach] of [
    ['no dictionary', ({ request }) => Reflect.deleteProperty(request, 'dictionary'), /^no dictionary$/],
    ['no resource', ({ request }) => delete request.resourceProfiles[0]!.resource, /without a resource/],
    ['no scope', ({ request }) => delete request.resourceProfiles[0]!.scopeProfiles[0]!.scope, /without a scope/],
    ['a string at entry 0', ({ dictionary }) => (dictionary.stringTable[0] = 'x'), /^string table: entry 0 is 'x'/],
    [
      'a link at entry 0',
      ({ dictionary }) => (dictionary.linkTable[0] = { spanId: Buffer.alloc(8) }),
      /^link table: entry 0/,
    ],
    [
      'a stack that nothing refers to',
      ({ dictionary }) => dictionary.stackTable.push({ locationIndices: [1] }),
      /^stack table: nothing refers to entry 2$/,
    ],
    [
      'a string that nothing refers to',
      ({ dictionary }) => dictionary.stringTable.push('new'),
      /^string table: nothing refers/,
    ],
    [
      'a stack index beyond the table',
      ({ first }) => (first.samples[1]!.stackIndex = 9),
      /^stack index 9 is outside the table of 2$/,
    ],
    [
      'a location index beyond the table',
      ({ dictionary }) => dictionary.stackTable[1]!.locationIndices.push(7),
      /^location index 7/,
    ],
    ['an attribute index beyond the table', ({ first }) => first.attributeIndices.push(-1), /^attribute index -1/],
    [
      'a short trace id',
      ({ dictionary }) => (dictionary.linkTable[1]!.traceId = Buffer.alloc(3)),
      /ids of 3 and 8 bytes$/,
    ],
    ['no period', ({ first }) => (first.period = 0n), /^profile 0 has a period of 0$/],
    ['no period type', ({ first }) => delete first.periodType, /^profile 0 has no period_type$/],
    ['no duration', ({ first }) => delete first.durationNano, /^profile 0 has no duration$/],
    ['two values', ({ first }) => first.samples[0]!.values.push(1n), /^profile 0, sample 0 has 2 values$/],
    [
      'a time before the profile',
      ({ first }) => first.samples[0]!.timestampsUnixNano.push(1n),
      /timestamp 1 is outside/,
    ],
    [
      'two samples of one identity',
      ({ first }) => first.samples.push({ ...first.samples[1]! }),
      /two samples of one identity$/,
    ],
    [
      'an attribute without a value',
      ({ dictionary }) => delete dictionary.attributeTable[2]!.value,
      /bad key or value$/,
    ],
  ] as const satisfies readonly (readonly [string, (parts: Parts) => unknown, RegExp])[]) {
    it(`finds ${what}`, () => expectBreach(break_, breach));
  }

  it('finds a repeated entry', () => {
    expectBreach(({ dictionary, first }) => {
      dictionary.stackTable.push({ ...dictionary.stackTable[1]! });
      first.samples.push({ ...first.samples[0]!, stackIndex: 2 });
    }, /^stack table: entry 2 repeats entry 1/);
  });

  it('finds a location without a frame type', () => {
    expectBreach(
      ({ dictionary }) => (dictionary.locationTable[1]!.attributeIndices = []),
      /^location table: entry 1 has no profile.frame.type/,
    );
  });
});
