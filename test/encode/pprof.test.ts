import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { Profile as Pprof } from 'pprof-format';
import { encodePprof, profilesToPprof } from '../../src/encode/pprof.ts';
import { TaskProfiler, snapshotToPprof } from '../../src/index.ts';
import type { Profile } from '../../src/profile/model.ts';
import { gate } from '../support/settled.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

interface Plain {
  readonly stack: string[];
  readonly labels: Record<string, string | number>;
  readonly values: number[];
}

/** The library's decoder gives 64 bits without their sign. */
function signed(value: number | bigint): number {
  return Number(BigInt.asIntN(64, BigInt(value)));
}

/** What pprof's own library reads, with every reference resolved. */
function decoded(bytes: Uint8Array): { readonly pprof: Pprof; readonly samples: Plain[] } {
  const pprof = Pprof.decode(gunzipSync(bytes));
  const text = (index: number | bigint): string => pprof.stringTable.strings[Number(index)]!;
  const functions = new Map(pprof.function.map((it) => [Number(it.id), `${text(it.name)} ${text(it.filename)}`]));
  const locations = new Map(
    pprof.location.map((it) => [
      Number(it.id),
      it.line.map((line) => `${functions.get(Number(line.functionId))}:${line.line}:${line.column}`).join(),
    ]),
  );
  for (const { label } of pprof.sample) {
    assert.equal(new Set(label.map(({ key }) => key)).size, label.length, 'a label of a name that another has');
  }
  const samples = pprof.sample.map((it) => ({
    stack: it.locationId.map((id) => locations.get(Number(id))!),
    labels: Object.fromEntries(
      it.label.map((label) => [text(label.key), Number(label.str) > 0 ? text(label.str) : signed(label.num)]),
    ),
    values: it.value.map(Number),
  }));
  return { pprof, samples };
}

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

const MIXED = profile({
  samples: [
    sample({ value: 3, attributes: { tier: 'gold', shard: 7, empty: 0, ratio: 0.5, hot: true }, link: LINK }),
    sample({ value: 0, stack: [frame('dropped')] }),
    sample({ value: 9_000_000_000, stack: [frame('handle'), frame('handle', 'node:internal/fs/promises')] }),
  ],
});

describe('encodePprof', () => {
  it('keeps every stack, label, link and value', () => {
    const { pprof, samples } = decoded(encodePprof([MIXED]));
    assert.deepEqual(samples, [
      {
        stack: ['acquire file:///app/pool.js:7:14', 'handle file:///app/pool.js:6:12'],
        labels: {
          tier: 'gold',
          shard: 7,
          empty: '0',
          ratio: '0.5',
          hot: 'true',
          trace_id: LINK.traceId,
          span_id: LINK.spanId,
        },
        values: [3],
      },
      {
        stack: ['handle file:///app/pool.js:6:12', 'handle node:internal/fs/promises:6:12'],
        labels: {},
        values: [9_000_000_000],
      },
    ]);
    assert.equal(BigInt(pprof.timeNanos), MIXED.timeUnixNano);
    assert.equal(BigInt(pprof.durationNanos), MIXED.durationNano);
    const types = [...pprof.sampleType, pprof.periodType!].map((it) => pprof.stringTable.strings[Number(it.type)]);
    assert.deepEqual(types, ['tasks', 'tasks']);
  });

  it('writes equal frames once, one function for its positions, and nothing of samples without value', () => {
    const here = frame('acquire');
    const there = { ...here, line: here.line + 1 };
    const { pprof } = decoded(
      encodePprof([
        profile({
          samples: [
            sample({ stack: [here, there] }),
            sample({ stack: [{ ...here }] }),
            sample({ stack: [frame('dropped')], value: 0 }),
          ],
        }),
      ]),
    );
    assert.equal(pprof.location.length, 2);
    assert.equal(pprof.function.length, 1);
    assert.deepEqual(
      pprof.sample.map((it) => it.locationId.map(Number)),
      [[1, 2], [1]],
    );
  });

  it('shows a snapshot of a running profiler', () => {
    const open = gate();
    const profiler = new TaskProfiler({ sampling: 'all' });
    profiler.start();
    async function waits(): Promise<void> {
      await open.promise;
    }
    for (let i = 0; i < 12; i++) void waits();
    const { samples } = decoded(snapshotToPprof(profiler.snapshot({ matching: /^waits / })));
    profiler.stop();
    open.open();
    assert.deepEqual(
      samples.map(({ values }) => values),
      [[12]],
    );
    assert.match(samples[0]!.stack[0]!, /^waits .*pprof\.test\.ts:\d+:\d+$/);
  });

  it('joins profiles of one time and period as sample types of one pprof', () => {
    const shared = sample({ value: 3, attributes: { tier: 'gold' } });
    const tasks = profile({ samples: [shared, sample({ value: 1 })] });
    const wait = profile({
      sampleType: { type: 'wait', unit: 'nanoseconds' },
      samples: [
        { ...shared, stack: [...shared.stack], value: 2n ** 60n },
        sample({ stack: [frame('late')], value: 7 }),
      ],
    });
    const [bytes, ...others] = profilesToPprof(profilesData(tasks, wait));
    assert.equal(others.length, 0);
    const { pprof, samples } = decoded(bytes!);
    assert.deepEqual(
      pprof.sampleType.map(({ type }) => pprof.stringTable.strings[Number(type)]),
      ['tasks', 'wait'],
    );
    assert.deepEqual(
      samples.map(({ values }) => values),
      [
        [3, 2 ** 60],
        [1, 0],
        [0, 7],
      ],
    );
  });

  it('writes profiles that do not agree as a pprof each, and refuses them as one', () => {
    const first = profile();
    const later = profile({ timeUnixNano: first.timeUnixNano + 1n });
    assert.equal(profilesToPprof(profilesData(first, later, first)).length, 2);
    assert.throws(() => encodePprof([first, later]), { name: 'InvalidProfileError' });
    assert.throws(() => encodePprof([]), { name: 'InvalidProfileError' });
  });

  it('takes the first of several that count one by one as its default, and another where the scope says so', () => {
    const defaultOf = (profiles: readonly Profile[], name?: string | number): string => {
      const data = profilesData(...profiles);
      const attributes = name === undefined ? {} : { 'pprof.scope.default_sample_type': name };
      const [bytes, ...others] = profilesToPprof({ ...data, scope: { ...data.scope, attributes } });
      assert.equal(others.length, 0);
      const { pprof } = decoded(bytes!);
      return pprof.stringTable.strings[Number(pprof.defaultSampleType)]!;
    };
    const counting = (type: string): Profile =>
      profile({ sampleType: { type, unit: 'count' }, periodType: { type, unit: 'count' } });
    const two = [counting('tasks'), counting('wait')];
    assert.deepEqual(
      [defaultOf(two), defaultOf(two, 'wait'), defaultOf(two, 'cpu'), defaultOf(two, 5)],
      ['tasks', 'wait', '', 'tasks'],
    );
    assert.equal(defaultOf([counting('tasks')]), '');
    const heap = ['alloc', 'inuse'].map((type) => profile({ sampleType: { type, unit: 'bytes' }, period: 512 }));
    assert.deepEqual([defaultOf(heap), defaultOf(heap, 'inuse')], ['', 'inuse']);
  });

  it('joins those of other periods only where these say nothing', () => {
    const tasks = profile();
    const pprofs = (other: Partial<Profile>): number =>
      profilesToPprof(profilesData(tasks, profile({ sampleType: { type: 'wait', unit: 'ns' }, ...other }))).length;
    const wait = { type: 'wait', unit: 'ns' };
    assert.equal(pprofs({ periodType: wait }), 1);
    assert.equal(pprofs({ periodType: wait, period: 2 }), 2);
    assert.equal(pprofs({ periodType: { type: 'wait', unit: 'ms' } }), 2);
    assert.equal(pprofs({ periodType: { type: 'cpu', unit: 'ns' } }), 2);
    assert.equal(pprofs({ periodType: wait, attributes: { 'pprof.profile.comment': ['other'] } }), 2);
    assert.equal(pprofs({ periodType: wait, durationNano: 1n }), 2);
  });

  it('writes a link and no attribute of its name', () => {
    const { samples } = decoded(
      encodePprof([profile({ samples: [sample({ attributes: { trace_id: 'mine' }, link: LINK })] })]),
    );
    assert.deepEqual(samples[0]?.labels, { trace_id: LINK.traceId, span_id: LINK.spanId });
  });
});
