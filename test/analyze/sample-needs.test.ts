import assert from 'node:assert/strict';
import { BatchBuilder } from '../../src/analyze/batch-builder.ts';
import { addOtlpRows } from '../../src/analyze/otlp-rows.ts';
import type { ProfileBatch } from '../../src/analyze/profile-batch.ts';
import { sampleNeeds } from '../../src/analyze/sample-needs.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

const SELECTION = { measure: 'tasks', resource: [] };
const SOURCE = { file: 'a.pb', part: '', index: 0 };

function builderFor(pattern: string, ...labels: string[]): BatchBuilder {
  const needs = sampleNeeds(pattern, labels);
  assert.ok(needs);
  return new BatchBuilder(SELECTION, needs);
}

/** [label texts, frames of the stack, value] of each row. */
function rowsOf({ samples, stackFrames, frames, labelSets }: ProfileBatch): string[] {
  const names = new Map(frames.map(({ id, frame: { functionName } }) => [id, functionName]));
  const labels = new Map(labelSets.map(({ id, attributes }) => [id, attributes.join()]));
  return [...samples.value]
    .map((value, row) => {
      const stack = [...stackFrames.frame].filter((_, at) => stackFrames.stack[at] === samples.stack[row]);
      return `${labels.get(samples.labels[row]!)} ${stack.map((id) => names.get(id)).join()} ${value}`;
    })
    .sort();
}

function manyStacks(): ProfilesData {
  const samples = Array.from({ length: 300 }, (_, n) =>
    sample({
      stack: [frame(`leaf${n}`), frame(n % 3 === 0 ? 'acquire' : 'sleep'), frame('main')],
      attributes: { tier: n % 2 === 0 ? 'gold' : 'basic', user: n },
      value: n,
    }),
  );
  return profilesData(profile({ samples }));
}

describe('what a question needs of samples', () => {
  for (const pattern of [
    'ServeHTTP|pool\\.connect',
    '^acquire[0-9]+$',
    '(?:a|b)c',
    '/srv/.*\\.js:7\\)',
    'a?b* c+',
    '',
  ]) {
    it(`is told by JavaScript for ${pattern}`, () => assert.ok(sampleNeeds(pattern, [])));
  }

  for (const pattern of [
    '(a*)*b',
    '(?i)acquire',
    '\\d',
    '\\bpool',
    'a{2}',
    '[[:alpha:]]',
    '[z-a]',
    'pool(',
    'a)',
    'ß',
  ]) {
    it(`is everything for ${pattern}`, () => assert.equal(sampleNeeds(pattern, []), undefined));
  }

  it('makes two rows of a profile of many stacks', () => {
    const builder = builderFor('acq');
    builder.attempt(() => addOtlpRows(encodeOtlpProtobuf(manyStacks()), builder, SOURCE));
    assert.deepEqual(rowsOf(builder.take()), ['  30000', ' acquire 14850']);
  });

  it('keeps the labels that are asked for', () => {
    const builder = builderFor('acq', 'tier', 'none');
    builder.add(manyStacks(), SOURCE);
    const sums = new Map<string, number>();
    for (const row of rowsOf(builder.take())) {
      const [key, value] = [row.replace(/\d+$/, ''), Number(/\d+$/.exec(row)![0])];
      sums.set(key, (sums.get(key) ?? 0) + value);
    }
    assert.deepEqual(Object.fromEntries(sums), {
      'tier,basic  ': 15_000,
      'tier,basic acquire ': 7_500,
      'tier,gold  ': 15_000,
      'tier,gold acquire ': 7_350,
    });
  });

  it('adds up what is beyond 53 bits in rows of their own', () => {
    const builder = builderFor('acq');
    const value = 2n ** 62n;
    const samples = ['a', 'b'].map((name) => sample({ stack: [frame(name)], value }));
    builder.add(profilesData(profile({ samples })), SOURCE);
    assert.deepEqual(rowsOf(builder.take()), [`  ${value}`, `  ${value}`]);
  });

  it('leaves nothing of a message that breaks off', () => {
    const builder = builderFor('acq');
    const bytes = encodeOtlpProtobuf(manyStacks());
    assert.throws(() =>
      builder.attempt(() => {
        addOtlpRows(bytes, builder, SOURCE);
        throw new Error('broken');
      }),
    );
    assert.equal(builder.take().samples.value.length, 0);
  });
});
