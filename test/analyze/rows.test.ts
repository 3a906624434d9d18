import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BatchBuilder } from '../../src/analyze/batch-builder.ts';
import { addOtlpRows } from '../../src/analyze/otlp-rows.ts';
import { addPprofRows } from '../../src/analyze/pprof-rows.ts';
import type { ProfileBatch } from '../../src/analyze/profile-batch.ts';
import { otlpToProfiles } from '../../src/encode/otlp-import.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { profilesToPprof } from '../../src/encode/pprof.ts';
import { uncompressedPprof } from '../../src/encode/pprof-bytes.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import type { ProfilesData, ProfileSample } from '../../src/profile/model.ts';
import { arbitraryProfilesData } from '../support/arbitrary-profiles.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

const FILE = { file: 'a.pb', part: '' };

function builderOf(measure: string): BatchBuilder {
  return new BatchBuilder({ measure, resource: [] });
}

/** By profiles: the long way. */
function longWay(messages: readonly ProfilesData[], measure: string): [ProfileBatch, ReadonlyMap<string, number>] {
  const builder = builderOf(measure);
  for (const [index, message] of messages.entries()) builder.add(message, { file: 'a.pb', part: ` ${index}` });
  return [builder.take(), builder.typeCounts];
}

/** Texts of all rows in an order of their own, samples of equal keys added up. */
function rowsOf({ profiles, frames, labelSets, stackFrames, samples }: ProfileBatch): object {
  const sums = new Map<string, bigint>();
  for (const [index, value] of samples.value.entries()) {
    const key = [samples.profile[index], samples.stack[index], samples.labels[index]].join();
    sums.set(key, (sums.get(key) ?? 0n) + value);
  }
  return {
    profiles: profiles
      .map((row) => JSON.stringify(row, (_, one: unknown) => (typeof one === 'bigint' ? `${one}` : one)))
      .sort(),
    frames: frames.map(({ id, frame: of }) => `${id} ${JSON.stringify(of)}`).sort(),
    labels: labelSets.map(({ id, attributes }) => `${id} ${JSON.stringify(attributes)}`).sort(),
    stackFrames: [...stackFrames.stack]
      .map((id, index) => `${id} ${stackFrames.position[index]} ${stackFrames.frame[index]}`)
      .sort(),
    samples: [...sums].map(([key, sum]) => `${key} ${sum}`).sort(),
  };
}

/** How many of the messages the short way took. */
function compare(messages: readonly ProfilesData[], format: 'otlp' | 'pprof'): number {
  let taken = 0;
  for (const message of messages) {
    const parts = format === 'otlp' ? [encodeOtlpProtobuf(message)] : profilesToPprof(message).map(uncompressedPprof);
    for (const bytes of parts) {
      const read = format === 'otlp' ? otlpToProfiles(bytes).messages : [pprofToProfiles(bytes).data];
      for (const measure of new Set(
        read.flatMap(({ profiles }) => profiles.map(({ sampleType }) => sampleType.type)),
      )) {
        const builder = builderOf(measure);
        const add = format === 'otlp' ? addOtlpRows : addPprofRows;
        try {
          builder.attempt(() => add(bytes, builder, { ...FILE, index: 0 }));
        } catch {
          continue;
        }
        taken++;
        const [batch, counts] = longWay(read, measure);
        assert.deepEqual(rowsOf(builder.take()), rowsOf(batch));
        assert.deepEqual(builder.typeCounts, counts);
      }
    }
  }
  return taken;
}

/** What is negative or beyond 2^53 is left to the long way. */
function withUsualValues(message: ProfilesData): ProfilesData {
  const usual = (value: number | bigint): bigint => BigInt.asUintN(40, BigInt(value));
  return {
    ...message,
    profiles: message.profiles.map((one) => ({
      ...one,
      samples: one.samples.map((some) => ({ ...some, value: usual(some.value) })),
    })),
  };
}

describe('rows of profiles', () => {
  for (const format of ['otlp', 'pprof'] as const) {
    it(`are the same when they are read from ${format} as when they are made of profiles`, () => {
      const messages = fc.sample(arbitraryProfilesData, { seed: 3, numRuns: 150 }).map(withUsualValues);
      const taken = compare(messages, format);
      assert.ok(taken > 20, `the short way was taken ${taken} times`);
    });

    it(`are read from ${format} for what services send`, () => {
      const samples = ['a', 'b', 'c'].map((name, index) =>
        sample({
          stack: [frame(name), frame('handle')],
          attributes: { tier: 'gold', shard: index, vip: true },
          link: { traceId: `${index + 1}`.repeat(32), spanId: `${index + 1}`.repeat(16) },
          value: 3 ** index,
        }),
      );
      const tasks = profile({ samples, attributes: { 'taskprof.view': 'mean', 'taskprof.sample.tasks': [1, 3, 9] } });
      assert.equal(compare([profilesData(tasks)], format), 1);
    });
  }

  it('leave nothing of a message that breaks off', () => {
    const whole = encodeOtlpProtobuf(
      profilesData(profile({ samples: [sample(), sample({ stack: [frame('late')] })] })),
    );
    for (let length = 1; length < whole.length; length++) {
      const builder = builderOf('tasks');
      try {
        builder.attempt(() => addOtlpRows(whole.subarray(0, length), builder, { ...FILE, index: 0 }));
      } catch {
        const { profiles, samples } = builder.take();
        assert.deepEqual([profiles.length, samples.value.length, builder.typeCounts.size], [0, 0, 0]);
      }
    }
  });

  it('have one id for parts of a profile, and ids of their own for files that say nothing of whose they are', () => {
    const part = (name: string): ProfilesData => profilesData(profile({ samples: [sample({ stack: [frame(name)] })] }));
    const [{ profiles }] = longWay([part('a'), part('b')], 'tasks');
    assert.deepEqual(profiles[0], profiles[1]);
    const unknown = { ...part('a'), resource: { attributes: {} } };
    const builder = builderOf('tasks');
    for (const file of ['a.pb', 'b.pb']) builder.add(unknown, { file, part: '' });
    const [a, b] = builder.take().profiles;
    assert.notEqual(a!.id, b!.id);
    assert.deepEqual([a!.file, b!.file], ['a.pb', 'b.pb']);
  });

  it('are refused where references make gigabytes of a small message', () => {
    const name = 'x'.repeat(1_000_000);
    const samples = (change: (n: number) => object): ProfileSample[] =>
      Array.from({ length: 400 }, (_, n) => sample({ stack: [frame(`leaf${n}`)], ...change(n) }));
    const ofFrames = samples((n) => ({ stack: [{ ...frame(name), line: n + 1 }] }));
    const ofLabels = samples((n) => ({ attributes: { n, long: name } }));
    const [frames, labels] = [ofFrames, ofLabels].map((given) => profilesData(profile({ samples: given })));
    const bytes = encodeOtlpProtobuf(labels!);
    assert.ok(bytes.length < 2_000_000);
    const builder = builderOf('tasks');
    assert.throws(() => builder.attempt(() => addOtlpRows(bytes, builder, { ...FILE, index: 0 })), /would repeat more/);
    assert.throws(() => builder.add(frames!, FILE), /would repeat more/);
  });
});
