import assert from 'node:assert/strict';
import type * as DatadogPprof from '@datadog/pprof';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { encodePprof, profilesToPprof } from '../../src/encode/pprof.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { framesOf } from '../../src/profile/location.ts';
import type { Profile, ProfilesData } from '../../src/profile/model.ts';
import { profileText } from '../../src/profile/text.ts';
import { datadogPprof } from '../support/datadog-pprof.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';

const datadog = datadogPprof();

/** A test that needs the native profiler; without a binary for it one that is pending and says so. */
function itWithDatadog(title: string, test: (pprof: typeof DatadogPprof) => Promise<void>): void {
  if (datadog === undefined) it(`${title} (not run: @datadog/pprof has no binary for this system and Node.js)`);
  else it(title, () => test(datadog));
}

function burnCpu(millis: number): number {
  let sum = 0;
  for (const end = performance.now() + millis; performance.now() < end;) sum += Math.sqrt(sum + 1);
  return sum;
}

function allocateMuch(): number[][] {
  return Array.from({ length: 2_000 }, (_, index) => Array<number>(100).fill(index));
}

async function read(pprof: typeof DatadogPprof, profile: Parameters<typeof pprof.encode>[0]): Promise<ProfilesData> {
  const { data, losses } = pprofToProfiles(await pprof.encode(profile), { frameType: 'v8js' });
  for (const made of data.profiles) checkProfile(made);
  const known = /^(samples of a stack and labels that another has|(locations|functions) that no sample refers to)/;
  for (const { what } of losses) assert.match(what, known);
  return data;
}

/** OTLP and pprof both give back what was read. */
function expectKept(data: ProfilesData): void {
  assert.deepEqual(modelOfOtlp(encodeOtlpProtobuf(data)).profiles, data.profiles);
  const [bytes, ...others] = profilesToPprof(data);
  assert.equal(others.length, 0);
  const again = pprofToProfiles(bytes!, { frameType: 'v8js' });
  assert.deepEqual(again.losses, []);
  assert.deepEqual(again.data.profiles.map(profileText), data.profiles.map(profileText));
}

function valueOf(profile: Profile | undefined, functionName: string): number {
  return (profile?.samples ?? [])
    .filter(({ stack }) => stack.some((entry) => framesOf(entry).some((frame) => frame.functionName === functionName)))
    .reduce((sum, { value }) => sum + Number(value), 0);
}

describe('a pprof of @datadog/pprof', () => {
  itWithDatadog('of the CPU becomes profiles, and goes through OTLP and pprof', async (pprof) => {
    pprof.time.start({ intervalMicros: 1_000, withContexts: true });
    pprof.time.setContext({});
    burnCpu(300);
    const labels = { tenant: 'acme', 'span id': 2n ** 60n, shard: 7 };
    const data = await read(
      pprof,
      pprof.time.stop(false, ({ context }) => (context ? (labels as never) : {})),
    );
    assert.deepEqual(
      data.profiles.map(({ sampleType }) => sampleType),
      [
        { type: 'sample', unit: 'count' },
        { type: 'wall', unit: 'nanoseconds' },
      ],
    );
    const [, wall] = data.profiles;
    // Nanoseconds: of 300 ms a sampler that has to wait for the core sees a part.
    assert.ok(valueOf(wall, 'burnCpu') > 10e6, profileText(wall!));
    const labelled = wall!.samples.filter(({ attributes }) => attributes.tenant === 'acme');
    assert.ok(labelled.length > 0);
    for (const { attributes } of labelled) assert.equal(attributes['span id'], 2n ** 60n);
    expectKept(data);
  });

  itWithDatadog('of the heap becomes profiles, and goes through OTLP and pprof', async (pprof) => {
    pprof.heap.start(1_024, 64);
    const held = allocateMuch();
    const data = await read(pprof, pprof.heap.profile());
    pprof.heap.stop();
    assert.equal(held.length, 2_000);
    const space = data.profiles.find(({ sampleType }) => sampleType.type === 'inuse_space');
    assert.deepEqual(space?.periodType, { type: 'inuse_space', unit: 'bytes' });
    assert.ok(valueOf(space, 'allocateMuch') > 500_000, profileText(space));
    expectKept(data);
  });
});

describe('a pprof of this package', () => {
  it('is read as plain frames with the type of JavaScript', () => {
    const stack = [{ functionName: 'acquire', file: 'file:///app/pool.js', line: 7, column: 14 }];
    const type = { type: 'tasks', unit: 'count' };
    const made: Profile = {
      sampleType: type,
      periodType: type,
      period: 1,
      timeUnixNano: 1n,
      durationNano: 1n,
      attributes: {},
      samples: [{ stack, attributes: { tier: 'gold' }, value: 3 }],
    };
    assert.deepEqual(pprofToProfiles(encodePprof([made]), { frameType: 'v8js' }).data.profiles, [made]);
  });
});
