import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encodePprof } from '../../src/encode/pprof.ts';
import { InvalidPprofError } from '../../src/encode/invalid-pprof.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { gunzipSync } from 'node:zlib';
import { frame, profile, sample } from '../support/profiles-data.ts';

const GZIPPED = encodePprof([
  profile({
    samples: [
      sample({ attributes: { tier: 'gold', size: { value: 4096, unit: 'bytes' } } }),
      sample({ stack: [frame('query'), frame('handle')], value: 2n ** 60n }),
    ],
  }),
]);
const MESSAGE = gunzipSync(GZIPPED);

function expectRefused(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => pprofToProfiles(bytes), { name: 'InvalidPprofError', message });
}

/** Reads bytes that may be anything: a sound profile or the one kind of error. */
function readOrRefuse(bytes: Uint8Array): 'read' | 'refused' {
  try {
    for (const made of pprofToProfiles(bytes).data.profiles) checkProfile(made);
    return 'read';
  } catch (error) {
    assert.ok(error instanceof InvalidPprofError, String(error));
    return 'refused';
  }
}

const field = (tag: number, ...content: number[]): number[] => [tag, content.length, ...content];
const STRINGS = [...field(0x32), ...field(0x32, 0x61)];
const SAMPLE_TYPE = field(0x0a, 0x08, 0x01);
const refused = (message: RegExp, ...bytes: number[]): void => expectRefused(Uint8Array.from(bytes), message);

describe('pprofToProfiles of bytes that are no pprof', () => {
  it('refuses nothing at all', () => {
    refused(/it is empty/);
    expectRefused(gzipSync(''), /it is empty/);
  });

  it('refuses a gzip that was cut off, anywhere', () => {
    for (let length = 2; length < GZIPPED.length; length++) {
      expectRefused(GZIPPED.subarray(0, length), /broken gzip: unexpected end of file|it is/);
    }
  });

  it('refuses a gzip with a byte changed in its middle', () => {
    const broken = Uint8Array.from(GZIPPED);
    broken[broken.length >> 1]! ^= 0xff;
    expectRefused(broken, /broken gzip: \w/);
  });

  it('refuses text, and shows how it begins', () => {
    const json = Buffer.from('{"nodes":[{"id":1,"callFrame":{}}]}');
    expectRefused(json, /it is text: "\{\\"nodes\\":/);
    expectRefused(Buffer.from('goroutine profile: total 5\n5 @ 0x47d92d 0x4158ed'), /it is text: "goroutine profile: /);
    expectRefused(gzipSync(json), /it is text/);
  });

  it('refuses a message that was cut off within a field, and says where', () => {
    expectRefused(
      MESSAGE.subarray(0, MESSAGE.length - 1),
      /field \d+ of Profile at byte \d+ (ends within|goes \d+ bytes)/,
    );
    for (let length = 1; length < MESSAGE.length; length++) readOrRefuse(MESSAGE.subarray(0, length));
  });

  it('refuses an integer without an end', () => {
    refused(/field 9 of Profile at byte 0 has an integer of more than 10 bytes/, 0x48, ...Array<number>(20).fill(0xff));
    refused(/field 9 of Profile at byte 0 ends within an integer/, 0x48, 0xff);
  });

  it('refuses a megabyte of an integer without delay', () => {
    expectRefused(Buffer.alloc(1 << 20, 0xff).fill(0x48, 0, 1), /an integer of more than 10 bytes/);
  });

  it('refuses kinds of fields that pprof does not have', () => {
    refused(/field 1 of Profile at byte 0 has wire type 1/, 0x09, 0, 0, 0, 0, 0, 0, 0, 0);
    refused(/field 1 of Profile at byte 0 is not of kind ValueType/, 0x08, 0x01);
    refused(/field 16 of Profile at byte 0: there is no such field/, 0x82, 0x01, 0x00);
    refused(/field 0 of Profile at byte 0: there is no such field/, 0x00, 0x00);
    refused(/field 1 of ValueType at byte 2 is not of kind integer/, ...field(0x0a, 0x0a, 0x00));
  });

  it('refuses a part that is larger than its whole', () => {
    refused(/field 3 of Sample at byte 2 goes 3 bytes beyond its message/, ...field(0x12, 0x1a, 0x05, 0x08, 0x01));
  });

  it('refuses a list of integers that ends within one', () => {
    refused(/field 2 of Sample at byte 2 ends within an integer/, ...field(0x12, 0x12, 0x01, 0x80));
  });

  it('refuses tables without their zero value', () => {
    refused(/the first entry of its string table is not empty/, ...field(0x32, 0x61));
  });

  it('refuses a profile without a sample type, or one without a name', () => {
    refused(/it has no sample type/, ...STRINGS);
    refused(/sample type 0 has no name/, ...field(0x0a), ...STRINGS);
  });

  it('refuses references to what is not there', () => {
    refused(/string 9 is not in its table of 2/, ...field(0x0a, 0x08, 0x09), ...STRINGS);
    const oneSample = field(0x12, 0x0a, 0x01, 0x05, 0x12, 0x01, 0x01);
    refused(/sample 0: location 5 is not there/, ...SAMPLE_TYPE, ...oneSample, ...STRINGS);
    const location = (...rest: number[]): number[] => field(0x22, 0x08, 0x05, ...rest);
    const toMapping = location(0x10, 0x07);
    refused(/location 5: mapping 7 is not there/, ...SAMPLE_TYPE, ...oneSample, ...toMapping, ...STRINGS);
    const toFunction = location(0x22, 0x02, 0x08, 0x08);
    refused(/location 5: function 8 is not there/, ...SAMPLE_TYPE, ...oneSample, ...toFunction, ...STRINGS);
  });

  it('refuses ids that are missing or given twice', () => {
    refused(/a location has no id/, ...SAMPLE_TYPE, ...field(0x22), ...STRINGS);
    const mapping = field(0x1a, 0x08, 0x03);
    refused(/two mappings have the id 3/, ...SAMPLE_TYPE, ...mapping, ...mapping, ...STRINGS);
  });

  it('refuses a sample with more or fewer values than there are sample types', () => {
    refused(
      /sample 0 has 2 values, there are 1 sample types/,
      ...SAMPLE_TYPE,
      ...field(0x12, 0x12, 0x02, 1, 1),
      ...STRINGS,
    );
  });

  it('refuses a tag that takes more bytes than it needs, which the library would read as two', () => {
    refused(/field 14 of Profile at byte 0 has a longer tag than it needs/, 0xf0, 0x00, 0x1b);
  });

  it('reads or refuses whatever bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readOrRefuse(bytes)),
      { numRuns: 2_000 },
    );
  });

  it('reads or refuses a pprof with any bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(MESSAGE.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(changes, (made) => {
        const bytes = Uint8Array.from(MESSAGE);
        for (const [at, byte] of made) bytes[at] = byte;
        outcomes[readOrRefuse(bytes)]++;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(outcomes.read > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
  });
});
