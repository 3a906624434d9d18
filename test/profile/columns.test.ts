import assert from 'node:assert/strict';
import { framesOf } from '../../src/profile/location.ts';
import { exactValues, profileOnlyAttributes, sampleColumn } from '../../src/profile/sample-columns.ts';
import { addWhole, isInt64, isUint64, wholeNumber } from '../../src/profile/whole-number.ts';
import { frame, profile, sample } from '../support/profiles-data.ts';

const NAME = 'taskprof.sample.oldest_wait';

function columnOf(value: unknown): unknown[] {
  const two = profile({ samples: [sample(), sample({ value: 2 })], attributes: { [NAME]: value as number[] } });
  return [0, 1].map(sampleColumn(two, NAME));
}

describe('attributes that are parallel to the samples of a profile', () => {
  it('are numbers for each sample, and nothing where they are something else', () => {
    assert.deepEqual(columnOf([5, 2n]), [5, 2]);
    assert.deepEqual(columnOf([0.5, 0]), [0.5, 0]);
    for (const other of [[5], [5, 6, 7], ['a', 'b'], 'ab', 5, undefined, { value: [5, 6], unit: 'ns' }]) {
      assert.deepEqual(columnOf(other), [undefined, undefined]);
    }
  });

  it('hold the estimates of what the profile measures', () => {
    const attributes = { 'taskprof.sample.lost': [2.5], 'taskprof.sample.tasks': [7.5] };
    const lost = profile({ sampleType: { type: 'lost', unit: 'count' }, attributes });
    assert.deepEqual([exactValues(lost)(0), exactValues(profile({ attributes }))(0)], [2.5, 7.5]);
  });

  it('are not said of the profile as a whole', () => {
    const others = { 'taskprof.view': 'mean', 'its.taskprof.sample.': 2 };
    assert.deepEqual(profileOnlyAttributes(profile({ attributes: { ...others, [NAME]: [1] } })), others);
  });
});

describe('whole numbers of 64 bits', () => {
  it('are numbers as far as these hold them', () => {
    assert.deepEqual([wholeNumber(5n), wholeNumber(2n ** 53n - 1n)], [5, 2 ** 53 - 1]);
    assert.deepEqual([wholeNumber(2n ** 53n), wholeNumber(-(2n ** 60n))], [2n ** 53n, -(2n ** 60n)]);
  });

  it('are added without an error, of either kind', () => {
    for (const [a, b, sum] of [
      [2, 3, 5],
      [2n, 3, 5],
      [2, 3n, 5],
      [2n ** 60n, 3, 2n ** 60n + 3n],
      [2 ** 53 - 1, 2, 2n ** 53n + 1n],
      [2n ** 60n, 5n - 2n ** 60n, 5],
    ] as const) {
      assert.equal(addWhole(a, b), sum);
      assert.equal(addWhole(b, a), sum);
    }
  });

  it('have a sign or not', () => {
    for (const value of [0, -1, 2 ** 60, -(2n ** 63n), 2n ** 63n - 1n]) assert.ok(isInt64(value), String(value));
    for (const value of [0.5, NaN, 2 ** 63, -(2 ** 63) - 2 ** 11, 2n ** 63n, '5']) assert.ok(!isInt64(value));
    assert.ok(isUint64(2n ** 64n - 1n) && isUint64(0n));
    for (const value of [5, -1n, 2n ** 64n]) assert.ok(!isUint64(value), String(value));
  });
});

describe('the frames of an entry', () => {
  it('are one, those that are inlined into each other, or none', () => {
    const lines = [{ ...frame('inner'), systemName: '', startLine: 0 }];
    assert.deepEqual(framesOf(frame('handle')), [frame('handle')]);
    assert.equal(framesOf({ lines, address: 1n, attributes: {} }), lines);
    assert.deepEqual(framesOf({ lines: [], address: 1n, attributes: {} }), []);
  });
});
