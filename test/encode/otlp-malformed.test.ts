import assert from 'node:assert/strict';
import fc from 'fast-check';
import { otlpToProfiles, type OtlpImport } from '../../src/encode/otlp-import.ts';
import { InvalidOtlpError } from '../../src/encode/invalid-otlp.ts';
import { otlpJsonToProfiles } from '../../src/encode/otlp-json-import.ts';
import { encodeOtlpJson } from '../../src/encode/otlp-json.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { encodePprof } from '../../src/encode/pprof.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { gunzipSync } from 'node:zlib';
import { profile, variedData } from '../support/profiles-data.ts';

const DATA = variedData();
const PROTOBUF = encodeOtlpProtobuf(DATA);
const JSON_TEXT = Buffer.from(encodeOtlpJson(DATA)).toString();

/** Reads what may be anything: sound profiles or the one kind of error. */
function readOrRefuse(read: () => OtlpImport): 'read' | 'refused' {
  try {
    for (const { profiles } of read().messages) profiles.forEach(checkProfile);
    return 'read';
  } catch (error) {
    assert.ok(error instanceof InvalidOtlpError, String(error));
    return 'refused';
  }
}

function expectRefused(read: () => OtlpImport, message: RegExp): void {
  assert.throws(read, { name: 'InvalidOtlpError', message });
}

/** The JSON form with one value replaced, by its path. */
function changed(path: readonly (string | number)[], value: unknown): object {
  const root = JSON.parse(JSON_TEXT) as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as never, root);
  holder[path.at(-1)!] = value;
  return root;
}

const PROFILE = ['resourceProfiles', 0, 'scopeProfiles', 0, 'profiles', 0] as const;

function refusesJson(path: readonly (string | number)[], value: unknown, message: RegExp): void {
  expectRefused(() => otlpJsonToProfiles(changed(path, value)), message);
}

describe('otlpToProfiles of bytes that are no OTLP', () => {
  it('refuses nothing at all, text and a pprof', () => {
    expectRefused(() => otlpToProfiles(new Uint8Array()), /it is empty/);
    expectRefused(() => otlpToProfiles(Buffer.from('{"resourceProfiles":[]}')), /field \d+ of ProfilesData/);
    expectRefused(() => otlpToProfiles(gunzipSync(encodePprof([profile()]))), /of ProfilesData|of ResourceProfiles/);
  });

  it('refuses a message that was cut off within a field, and says where', () => {
    expectRefused(
      () => otlpToProfiles(PROTOBUF.subarray(0, PROTOBUF.length - 1)),
      /field 2 of ProfilesData at byte \d+ goes 1 bytes beyond its message/,
    );
    for (let length = 1; length < PROTOBUF.length; length++) {
      readOrRefuse(() => otlpToProfiles(PROTOBUF.subarray(0, length)));
    }
  });

  it('refuses attributes that are nested without end', () => {
    let value: Buffer = Buffer.from([0x0a, 0x00]);
    const wrap = (tag: number, bytes: Buffer): Buffer =>
      Buffer.concat([Buffer.from([tag, (bytes.length & 0x7f) | 0x80, bytes.length >> 7]), bytes]);
    for (let i = 0; i < 1_000; i++) value = wrap(0x2a, wrap(0x0a, value));
    const bytes = [0x12, 0x32, 0x12].reduce<Buffer>((inner, tag) => wrap(tag, inner), value);
    expectRefused(() => otlpToProfiles(bytes), /is nested more than 100 deep/);
  });

  it('reads or refuses whatever bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readOrRefuse(() => otlpToProfiles(bytes))),
      { numRuns: 2_000 },
    );
  });

  it('reads or refuses a message with any bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(PROTOBUF.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(changes, (made) => {
        const bytes = Uint8Array.from(PROTOBUF);
        for (const [at, byte] of made) bytes[at] = byte;
        outcomes[readOrRefuse(() => otlpToProfiles(bytes))]++;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(outcomes.read > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
  });
});

describe('otlpJsonToProfiles of what is no OTLP', () => {
  it('refuses what is no JSON, and other JSON', () => {
    expectRefused(() => otlpJsonToProfiles('{"resourceProfiles":'), /broken JSON: "Unexpected end/);
    expectRefused(() => otlpJsonToProfiles('[]'), /the message must be an object, got \[\]/);
    expectRefused(() => otlpJsonToProfiles('{"nodes":[]}'), /it has no resourceProfiles: \[ 'nodes' \]/);
  });

  it('names the field that has another type', () => {
    const profileAt = /resourceProfiles\[0\]\.scopeProfiles\[0\]\.profiles\[0\]/.source;
    refusesJson([...PROFILE, 'samples'], {}, new RegExp(`${profileAt}\\.samples must be an array, got {}`));
    refusesJson([...PROFILE, 'period'], '1.5', /\.period must be a whole number of 64 bits, got "1\.5"/);
    refusesJson([...PROFILE, 'durationNano'], -1, /\.durationNano must be a whole number of at least 0/);
    refusesJson(['dictionary', 'stringTable', 1], 7, /dictionary\.stringTable\[1\] must be a string, got 7/);
    refusesJson([...PROFILE, 'samples', 0, 'values'], ['9223372036854775808'], /values\[0\] must be a whole number/);
  });

  it('refuses references to what is not there', () => {
    refusesJson([...PROFILE, 'samples', 0, 'stackIndex'], 99, /profile 0, sample 0: stack 99 is not in its table of 3/);
    refusesJson([...PROFILE, 'samples', 0, 'stackIndex'], -1, /stack -1 is not in its table/);
    refusesJson([...PROFILE, 'samples', 1, 'linkIndex'], 9, /profile 0, sample 1: link 9 is not in its table of 2/);
    refusesJson(['dictionary', 'stackTable', 1, 'locationIndices'], [77], /stack 1: location 77 is not in its table/);
    refusesJson(
      ['dictionary', 'functionTable', 1, 'nameStrindex'],
      1e6,
      /function 1: string 1000000 is not in its table/,
    );
    refusesJson(['dictionary', 'stringTable', 0], 'x', /the first entry of its string table is not empty/);
  });

  it('refuses a profile without a sample type, and samples whose values and timestamps do not go together', () => {
    refusesJson([...PROFILE, 'sampleType'], {}, /profile 0 has no sample type/);
    refusesJson([...PROFILE, 'samples', 0, 'values'], [1, 2], /profile 0, sample 0 has 2 values and 0 timestamps/);
  });

  it('refuses attributes that are nested without end', () => {
    let value: object = { stringValue: '' };
    for (let i = 0; i < 1_000; i++) value = { arrayValue: { values: [value] } };
    refusesJson(['dictionary', 'attributeTable', 1, 'value'], value, /\.\.\. is nested more than 100 deep/);
  });

  it('reads or refuses whatever JSON there is at any place', () => {
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      if (path.length > 0) paths.push(path);
      if (Array.isArray(value)) value.forEach((one, index) => walk(one, [...path, index]));
      else if (typeof value === 'object' && value !== null)
        for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
    };
    walk(JSON.parse(JSON_TEXT), []);
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.oneof(fc.jsonValue(), fc.integer()), (path, value) => {
        outcomes[readOrRefuse(() => otlpJsonToProfiles(changed(path, value)))]++;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(outcomes.read > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
  });
});

describe('otlpToProfiles of few bytes that stand for many', () => {
  const long = 'x'.repeat(4 * 2 ** 20);
  const texts = ['', 'tasks', 'count', long];
  const read = (tables: object, resource: object = {}): OtlpImport =>
    otlpJsonToProfiles({
      resourceProfiles: [
        {
          resource,
          scopeProfiles: [
            {
              profiles: [
                { sampleType: { typeStrindex: 1, unitStrindex: 2 }, samples: [{ stackIndex: 1, values: [1] }] },
              ],
            },
          ],
        },
      ],
      dictionary: {
        ...{ stringTable: texts, mappingTable: [{}], linkTable: [{}], attributeTable: [{}], functionTable: [{}] },
        ...{ locationTable: [{}], stackTable: [{}] },
        ...tables,
      },
    });
  const repeated = (length: number) => ({
    arrayValue: { values: [{ intValue: 1 }, ...Array.from({ length }, () => ({ stringValueStrindex: 3 }))] },
  });

  it('tells functions and attributes apart without joining their long texts', () => {
    const numbers = Array.from({ length: 3_000 }, (_, n) => n);
    const { messages } = read({
      attributeTable: [{}, ...numbers.map((n) => ({ keyStrindex: 3, value: { intValue: n } }))],
      functionTable: [
        {},
        ...numbers.map((startLine) => ({ nameStrindex: 3, systemNameStrindex: 3, filenameStrindex: 3, startLine })),
      ],
      mappingTable: [{}, ...numbers.map((memoryStart) => ({ filenameStrindex: 3, memoryStart }))],
      locationTable: [
        {},
        ...numbers.map((n) => ({ mappingIndex: n + 1, lines: [{ functionIndex: n + 1 }], attributeIndices: [n + 1] })),
      ],
      stackTable: [{}, { locationIndices: numbers.map((n) => n + 1) }],
    });
    assert.equal(new Set(messages[0]!.profiles[0]!.samples[0]!.stack).size, 3_000);
  });

  it('refuses values that repeat a long text without end', () => {
    const tables = (length: number): object => ({
      attributeTable: [{}, { keyStrindex: 1, value: repeated(length) }],
      locationTable: [{}, { attributeIndices: [1] }],
      stackTable: [{}, { locationIndices: [1] }],
    });
    assert.equal(read(tables(3)).messages.length, 1);
    expectRefused(() => read(tables(1_000)), /attribute 1: values repeat texts of more than 67108864 characters/);
    expectRefused(
      () => read({}, { attributes: [{ key: 'a', value: repeated(1_000) }] }),
      /resource or scope: values repeat/,
    );
  });
});
