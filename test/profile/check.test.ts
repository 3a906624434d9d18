import assert from 'node:assert/strict';
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

describe('checkProfile', () => {
  it('accepts a sound profile', () => {
    const attributes = { text: 'x', number: -1.5, flag: true, texts: ['a'], numbers: [1, 2.5], none: [], _a9: '' };
    const samples = [
      sample(),
      sample({ attributes }),
      sample({ attributes, link: LINK }),
      sample({ stack: [frame('acquire')] }),
      sample({ stack: [], value: 0 }),
      sample({ stack: [{ functionName: '', file: '', line: 0, column: 0 }], value: 2 ** 60 }),
    ];
    checkProfile(profile({ attributes, samples }));
  });

  it('throws its own kind of error', () => {
    assert.throws(() => checkProfile(profile({ period: 0 })), InvalidProfileError);
  });

  it('refuses a period of 0', () =>
    expectRefused({ period: 0 }, /^period must be a whole number greater than 0, got 0$/));
  it('refuses a broken period', () => expectRefused({ period: 1.5 }, /^period/));
  it('refuses a sample type without a name', () =>
    expectRefused({ sampleType: { type: '', unit: 'count' } }, /^sampleType.type/));
  it('refuses a period type without a unit', () =>
    expectRefused({ periodType: { type: 'cpu', unit: '' } }, /^periodType.unit/));
  it('refuses a time that is a number', () => expectRefused({ timeUnixNano: 1 }, /^timeUnixNano/));
  it('refuses a negative duration', () => expectRefused({ durationNano: -1n }, /^durationNano.*got -1n$/));
  it('refuses a time of more than 64 bits', () => expectRefused({ timeUnixNano: 2n ** 64n }, /^timeUnixNano/));

  it('refuses a fraction as value', () => expectSampleRefused({ value: 0.5 }, /^sample 1: value must be .* got 0.5$/));
  it('refuses a negative value', () => expectSampleRefused({ value: -1 }, /^sample 1: value/));
  it('refuses NaN as value', () => expectSampleRefused({ value: NaN }, /^sample 1: value/));
  it('refuses a value of 2^63', () => expectSampleRefused({ value: 2 ** 63 }, /^sample 1: value/));

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

  for (const key of ['', '9lives', 'a-b', 'a b', '.a', 'größe']) {
    it(`refuses the attribute key ${JSON.stringify(key)}`, () => {
      expectSampleRefused({ attributes: { [key]: 1 } }, /^sample 1: attributes: key must be/);
      expectRefused({ attributes: { [key]: 1 } }, /^attributes: key must be/);
    });
  }
  for (const value of [undefined, null, NaN, Infinity, 1n, {}, [1, 'a'], ['a', undefined], [true], [NaN]]) {
    it(`refuses an attribute of ${typeof value === 'bigint' ? '1n' : JSON.stringify(value)}`, () => {
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
});
