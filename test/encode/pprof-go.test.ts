import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import { profilesToPprof } from '../../src/encode/pprof.ts';
import { pprofToProfiles } from '../../src/encode/pprof-import.ts';
import { checkProfile } from '../../src/profile/check.ts';
import { framesOf } from '../../src/profile/location.ts';
import type { ProfilesData } from '../../src/profile/model.ts';
import { itWithGo, runGo } from '../support/go.ts';
import { modelOfOtlp } from '../support/otlp-model.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

const GO_PROGRAM = fileURLToPath(new URL('../fixtures/go/', import.meta.url));
const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** What -traces shows, without samples that are 0 in all sample types: our pprofs have none. */
function withoutZeros(traces: string): string {
  const blocks = traces.split(/^-+\+-+\n/m);
  return blocks.filter((block) => !/^ +0 {3}/.test(block)).join('---\n');
}

describe('go tool pprof', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'taskprof-pprof-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What `go tool pprof ...options` prints of the profile. */
  function shown(name: string, bytes: Uint8Array, ...options: string[]): string {
    writeFileSync(join(folder, name), bytes);
    return runGo(folder, 'tool', 'pprof', ...options, name).toString();
  }

  function pprofOf(data: ProfilesData): Uint8Array {
    const [bytes, ...others] = profilesToPprof(data);
    assert.equal(others.length, 0);
    return bytes!;
  }

  const tasks = profile({
    attributes: { 'pprof.profile.comment': ['of the shop'] },
    samples: [
      sample({ value: 30, attributes: { tier: 'gold', shard: 7 }, link: LINK }),
      sample({ value: 9, stack: [frame('query'), frame('handle', 'node:internal/http')] }),
      sample({ value: 5, stack: [frame('<anonymous>'), frame('Map.[Symbol.iterator]')] }),
    ],
  });
  const wait = profile({
    ...tasks,
    sampleType: { type: 'wait', unit: 'nanoseconds' },
    samples: [sample({ value: 2_500_000_000, attributes: { tier: 'gold', shard: 7 }, link: LINK })],
  });

  itWithGo('shows our tasks by function, with -top', () => {
    const top = shown('tasks.pb.gz', pprofOf(profilesData(tasks)), '-top', '-cum');
    assert.match(top, /^Type: tasks$/m);
    assert.match(top, /^Showing nodes accounting for 44, 100% of 44 total$/m);
    assert.match(top, /^ +30 68\.18% .* 30 68\.18% +acquire/m);
    assert.match(top, /^ +0 +0% .* 39 88\.64% +handle/m);
    assert.match(top, /<anonymous>/);
    assert.match(top, /Map\.\[Symbol\.iterator\]/);
  });

  itWithGo('shows our stacks, with -traces', () => {
    const traces = shown('tasks.pb.gz', pprofOf(profilesData(tasks)), '-traces', '-lines');
    assert.match(traces, /tier: *gold/);
    assert.match(traces, new RegExp(`trace_id: *${LINK.traceId}`));
    assert.match(traces, / 30 +acquire .*pool\.js:7\n +handle .*pool\.js:6/);
    assert.match(traces, / 9 +query .*\n +handle node:internal\/http:6/);
  });

  itWithGo('shows our labels and ids, with -tags', () => {
    const tags = shown('tasks.pb.gz', pprofOf(profilesData(tasks)), '-tags');
    assert.match(tags, /tier: Total 30 of 44/);
    assert.match(tags, /shard: Total 30 of 44/);
    assert.match(tags, new RegExp(`trace_id: Total 30 of 44.*\\n.*${LINK.traceId}`));
    assert.match(tags, new RegExp(`span_id: Total 30 of 44.*\\n.*${LINK.spanId}`));
  });

  itWithGo('shows several measures of one file, each by its name', () => {
    const bytes = pprofOf(profilesData(tasks, wait));
    assert.match(
      shown('both.pb.gz', bytes, '-top', '-sample_index=wait'),
      /accounting for 2\.50s, 100% of 2\.50s total/,
    );
    assert.match(shown('both.pb.gz', bytes, '-top', '-sample_index=tasks'), /accounting for 44, 100% of 44 total/);
  });

  itWithGo('shows comments', () => {
    assert.match(shown('tasks.pb.gz', pprofOf(profilesData(tasks)), '-comments'), /of the shop/);
  });

  /** Checks that all that Go shows of a pprof is the same once it went through the model, OTLP and back. */
  function expectSameAfterAll(original: Uint8Array, ...options: string[]): ProfilesData {
    const { data, losses } = pprofToProfiles(original, { frameType: 'go' });
    for (const made of data.profiles) checkProfile(made);
    for (const { what } of losses) assert.equal(what, 'mappings that no sample refers to');
    const received = modelOfOtlp(encodeOtlpProtobuf(data));
    assert.deepEqual(received.profiles, data.profiles);
    const back = pprofOf(received);
    for (const view of ['-top', '-traces', '-tags', '-peek=.']) {
      const shownOf = (bytes: Uint8Array): string => withoutZeros(shown('profile.pb.gz', bytes, view, ...options));
      assert.equal(shownOf(back), shownOf(original), view);
    }
    return data;
  }

  itWithGo('shows a goroutine profile the same after it went through the model and OTLP', () => {
    const original = runGo(GO_PROGRAM, 'run', '.', 'goroutine');
    const { profiles, ...others } = expectSameAfterAll(original);
    // All of it, but mappings that nothing refers to.
    const raw = (bytes: Uint8Array): string =>
      shown('profile.pb.gz', bytes, '-raw').replace(/^Mappings\n1: (.*)\n[^]*/m, '$1');
    assert.equal(raw(pprofOf({ profiles, ...others })), raw(original));
    assert.equal(profiles.length, 1);
    const waiting = profiles[0]!.samples.filter(({ stack }) =>
      stack.some((entry) => framesOf(entry).some(({ functionName }) => functionName === 'main.acquire')),
    );
    assert.deepEqual(
      waiting.map(({ value, attributes }) => [value, attributes]),
      [
        [7, { tenant: 'acme', 'http route': '/orders/:id' }],
        [5, {}],
      ],
    );
  });

  itWithGo('shows a heap profile the same, with its four sample types, numbers as labels and inlined calls', () => {
    const original = runGo(GO_PROGRAM, 'run', '.', 'allocs');
    const { profiles, scope } = expectSameAfterAll(original, '-sample_index=inuse_space');
    assert.deepEqual(
      profiles.map(({ sampleType }) => sampleType.type),
      ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'],
    );
    assert.equal(scope.attributes?.['pprof.scope.default_sample_type'], 'alloc_space');
    const large = profiles[1]!.samples.find(({ attributes }) => attributes.bytes === 16_384);
    assert.equal(large?.value, 100 * 16_384);
    assert.ok(profiles[1]!.samples.some(({ stack }) => stack.some((entry) => framesOf(entry).length > 1)));
  });
});
