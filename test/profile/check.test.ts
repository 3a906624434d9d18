import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { checkProfile, InvalidProfileError } from '../../src/profile/check.ts';
import type { ProfileSample } from '../../src/profile/model.ts';
import { frame, profile, sample } from '../support/profiles-data.ts';

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

function expectRefused(changes: Record<string, unknown>, message: RegExp): void {
  assert.throws(() => checkProfile(profile(changes)), { name: 'InvalidProfileError', message });
}

function expectSampleRefused(changes: Record<string, unknown>, message: RegExp): void {
  expectRefused({ samples: [sample({ value: 7, stack: [] }), sample(changes)] }, message);
}

const soundMapping = { memoryStart: 0n, memoryLimit: 1n, fileOffset: 0n, file: 'app', attributes: {} };
const soundLine = { ...frame('a'), systemName: '', startLine: 0 };
const soundLocation = { lines: [soundLine], address: 1n, mapping: soundMapping, attributes: {} };

describe('checkProfile', () => {
  it('accepts a sound profile', () => {
    const attributes = { text: 'x', number: -1.5, flag: true, texts: ['a'], numbers: [1, 2.5], none: [], _a9: '' };
    const samples = [
      sample(),
      sample({ attributes }),
      sample({ attributes, link: LINK }),
      sample({ stack: [frame('acquire')] }),
      sample({ stack: [], value: 0 }),
      sample({ stack: [soundLocation], value: -(2n ** 63n) }),
      sample({ attributes: { 'span id': 2n ** 62n, size: { value: [1, 2n], unit: 'bytes' } }, value: -1 }),
      sample({ stack: [{ functionName: '', file: '', line: 0, column: 0 }], value: 2 ** 60 }),
    ];
    checkProfile(profile({ attributes, samples }));
  });

  it('throws its own kind of error', () => {
    assert.throws(() => checkProfile(profile({ period: 0 })), InvalidProfileError);
  });

  it('refuses timed values outside of the profile, that add up to something else, or none at all', () => {
    const { timeUnixNano: begin, durationNano } = profile();
    const timed = (timeUnixNano: unknown, value: unknown): unknown => [{ timeUnixNano, value }];
    checkProfile(profile({ samples: [sample({ value: 3, timed: [{ timeUnixNano: begin, value: 3 }] })] }));
    const outside = /^sample 1: timed 0: timeUnixNano must be inside/;
    expectSampleRefused({ value: 3, timed: timed(begin - 1n, 3) }, outside);
    expectSampleRefused({ value: 3, timed: timed(begin + durationNano, 3) }, outside);
    expectSampleRefused({ value: 3, timed: timed(1.5, 3) }, outside);
    expectSampleRefused({ value: 3, timed: timed(Number(begin + durationNano / 2n), 3) }, outside);
    expectSampleRefused({ value: 3, timed: timed(begin, 2) }, /^sample 1: value must be the sum .* 2, got 3$/);
    expectSampleRefused({ value: 0.5, timed: timed(begin, 0.5) }, /^sample 1: value/);
    expectSampleRefused({ value: 0, timed: [] }, /^sample 1: timed/);
  });

  it('refuses a period of 0', () =>
    expectRefused({ period: 0 }, /^period must be a whole number greater than 0, got 0$/));
  it('refuses a broken period', () => expectRefused({ period: 1.5 }, /^period/));
  it('refuses a sample type without a name', () =>
    expectRefused({ sampleType: { type: '', unit: 'count' } }, /^sampleType.type/));
  it('refuses a period type without a name', () =>
    expectRefused({ periodType: { type: '', unit: 'count' } }, /^periodType.type/));
  it('refuses a unit that is no string', () =>
    expectRefused({ periodType: { type: 'cpu', unit: undefined } }, /^periodType.unit/));
  it('refuses an original payload that is no bytes', () =>
    expectRefused({ originalPayload: { format: 'pprof', bytes: 'text' } }, /^originalPayload.bytes/));
  it('refuses a time that is a number', () => expectRefused({ timeUnixNano: 1 }, /^timeUnixNano/));
  it('refuses a negative duration', () => expectRefused({ durationNano: -1n }, /^durationNano.*got -1n$/));
  it('refuses a time of more than 64 bits', () => expectRefused({ timeUnixNano: 2n ** 64n }, /^timeUnixNano/));

  it('refuses a fraction as value', () => expectSampleRefused({ value: 0.5 }, /^sample 1: value must be .* got 0.5$/));
  it('refuses NaN as value', () => expectSampleRefused({ value: NaN }, /^sample 1: value/));
  it('refuses a value of 2^63', () => expectSampleRefused({ value: 2 ** 63 }, /^sample 1: value/));
  it('refuses a bigint of 2^63', () => expectSampleRefused({ value: 2n ** 63n }, /^sample 1: value/));

  for (const changes of [{ functionName: undefined }, { file: null }, { line: -1 }, { line: 1.5 }, { column: '3' }]) {
    const [[field]] = Object.entries(changes) as [[string, unknown]];
    it(`refuses a frame with ${JSON.stringify(changes)}`, () => {
      expectSampleRefused(
        { stack: [frame('a'), { ...frame('b'), ...changes }] },
        new RegExp(`^sample 1: frame 1: ${field} `),
      );
    });
  }

  for (const [id, link] of Object.entries({
    'a short trace id': { ...LINK, traceId: '0af7' },
    'an upper-case trace id': { ...LINK, traceId: LINK.traceId.toUpperCase() },
    'a trace id of zeros': { ...LINK, traceId: '0'.repeat(32) },
  })) {
    it(`refuses ${id}`, () => expectSampleRefused({ link }, /^sample 1: link.traceId/));
  }
  it('refuses a span id of 8 digits', () =>
    expectSampleRefused({ link: { ...LINK, spanId: 'b7ad6b71' } }, /^sample 1: link.spanId/));

  it('refuses an attribute without a key', () => {
    expectSampleRefused({ attributes: { '': 1 } }, /^sample 1: attributes: key must be/);
    expectRefused({ attributes: { '': 1 } }, /^attributes: key must be/);
  });
  for (const [field, change] of Object.entries({
    address: { address: -1n },
    'line 0: systemName': { lines: [{ ...soundLine, systemName: undefined }] },
    'line 0: startLine': { lines: [{ ...soundLine, startLine: -1 }] },
    'line 0: line': { lines: [{ ...soundLine, line: 0.5 }] },
    'mapping: memoryLimit': { mapping: { ...soundMapping, memoryLimit: 2n ** 64n } },
    'mapping: file': { mapping: { ...soundMapping, file: undefined } },
    'mapping: attributes: key': { mapping: { ...soundMapping, attributes: { '': 1 } } },
    'attributes: a': { attributes: { a: null } },
  })) {
    it(`refuses a location with a bad ${field}`, () => {
      expectSampleRefused(
        { stack: [soundLocation, { ...soundLocation, ...change }] },
        new RegExp(`location 1: ${field} must be`),
      );
    });
  }
  it('takes a frame and the location that it stands for as the same', () => {
    const location = { lines: [soundLine], address: 0n, attributes: { 'profile.frame.type': 'v8js' } };
    expectRefused(
      { samples: [sample({ stack: [frame('a')] }), sample({ stack: [location] })] },
      /^sample 1 has the stack, attributes and link of sample 0$/,
    );
  });

  for (const value of [
    undefined,
    null,
    NaN,
    Infinity,
    2n ** 63n,
    {},
    { value: 1, unit: '' },
    { value: 1, unit: 5 },
    { value: 'a', unit: 'bytes' },
    [1, 'a'],
    [0.5, 1n],
    ['a', undefined],
    [true],
    [NaN],
  ]) {
    it(`refuses an attribute of ${inspect(value)}`, () => {
      expectSampleRefused({ attributes: { key: value } }, /^sample 1: attributes: key must be a string, number/);
    });
  }

  it('refuses two samples of one stack, one set of attributes and one link', () => {
    const twice = (): ProfileSample => sample({ attributes: { a: 1, b: 2 }, link: { ...LINK } });
    expectRefused(
      { samples: [sample(), twice(), twice()] },
      /^sample 2 has the stack, attributes and link of sample 1$/,
    );
    expectRefused({ samples: [twice(), { ...twice(), attributes: { b: 2, a: 1 }, value: 9 }] }, /^sample 1 has/);
  });

  describe('says what must be how, and what it got', () => {
    const at = (stack: unknown): Record<string, unknown> => ({
      samples: [sample({ stack } as Partial<ProfileSample>)],
    });
    const located = (changes: object): Record<string, unknown> => at([{ ...soundLocation, ...changes }]);
    const mapped = (changes: object): Record<string, unknown> => located({ mapping: { ...soundMapping, ...changes } });
    const nanos = 'a bigint of nanoseconds, at least 0 and below 2^64';
    const address = 'a bigint of at least 0 and below 2^64';
    const { timeUnixNano } = profile();
    const refused: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ sampleType: { type: 3, unit: '' } }, 'sampleType.type must be a name, got 3'],
      [{ sampleType: { type: 'cpu', unit: 3 } }, "sampleType.unit must be a name, or '' for none, got 3"],
      [{ timeUnixNano: 1 }, `timeUnixNano must be ${nanos}, got 1`],
      [{ durationNano: -1n }, `durationNano must be ${nanos}, got -1n`],
      [{ originalPayload: { format: '', bytes: new Uint8Array() } }, 'originalPayload.format must be a name, got ""'],
      [{ originalPayload: { format: 3, bytes: new Uint8Array() } }, 'originalPayload.format must be a name, got 3'],
      [{ originalPayload: { format: 'a', bytes: 'b' } }, 'originalPayload.bytes must be a Uint8Array, got "b"'],
      [{ samples: [sample({ value: 0.5 })] }, 'sample 0: value must be a whole number of 64 bits, got 0.5'],
      [{ samples: [sample({ value: 0, timed: [] })] }, 'sample 0: timed must be left out or not empty, got []'],
      [
        { samples: [sample({ value: 1, timed: [{ timeUnixNano, value: 0.5 }] })] },
        'sample 0: timed 0: value must be a whole number of 64 bits, got 0.5',
      ],
      [
        { samples: [sample({ link: { ...LINK, traceId: 'g'.repeat(32) } })] },
        `sample 0: link.traceId must be 32 lower-case hex digits, not all 0, got "${'g'.repeat(32)}"`,
      ],
      [
        { samples: [sample({ link: { ...LINK, spanId: `G${'0'.repeat(14)}1` } })] },
        'sample 0: link.spanId must be 16 lower-case hex digits, not all 0, got "G000000000000001"',
      ],
      [at([{ ...frame('a'), file: 3 }]), 'sample 0: frame 0: file must be a string, got 3'],
      [at([{ ...frame('a'), line: -1 }]), 'sample 0: frame 0: line must be a whole number of at least 0, got -1'],
      [at([{ ...frame('a'), packageName: 3 }]), 'sample 0: frame 0: packageName must be a string, got 3'],
      [at([{ ...frame('a'), packageVersion: 3 }]), 'sample 0: frame 0: packageVersion must be a string, got 3'],
      [located({ address: 1 }), `sample 0: location 0: address must be ${address}, got 1`],
      [mapped({ memoryStart: 1 }), `sample 0: location 0: mapping: memoryStart must be ${address}, got 1`],
      [mapped({ fileOffset: -1n }), `sample 0: location 0: mapping: fileOffset must be ${address}, got -1n`],
    ];
    for (const [changes, message] of refused) {
      it(message, () => assert.throws(() => checkProfile(profile(changes)), { message }));
    }
  });

  it('adds timed values of any size exactly', () => {
    const { timeUnixNano } = profile();
    const sums = (values: readonly (number | bigint)[], value: number | bigint): void =>
      checkProfile(
        profile({ samples: [sample({ value, timed: values.map((one) => ({ timeUnixNano, value: one })) })] }),
      );
    sums([1, 2, 3], 6);
    sums([2 ** 53, 1], 2n ** 53n + 1n);
    sums([2n ** 60n, 1], 2n ** 60n + 1n);
    assert.throws(() => sums([2 ** 53, 1], 2 ** 53), /the sum of its timed values, 9007199254740993, got/);
  });
});
