import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile as Pprof } from 'pprof-format';
import { encodePprof } from '../../src/encode/pprof.ts';
import { TaskProfiler, snapshotToPprof } from '../../src/index.ts';
import { gate } from '../support/settled.ts';
import { frame, profile, sample } from '../support/profiles-data.ts';

interface Plain {
  readonly stack: string[];
  readonly labels: Record<string, string | number>;
  readonly values: number[];
}

/** What pprof's own library reads, with every reference resolved. */
function decoded(bytes: Uint8Array): { readonly pprof: Pprof; readonly samples: Plain[] } {
  const pprof = Pprof.decode(gunzipSync(bytes));
  const text = (index: number | bigint): string => pprof.stringTable.strings[Number(index)]!;
  const functions = new Map(pprof.function.map((it) => [Number(it.id), `${text(it.name)} ${text(it.filename)}`]));
  const locations = new Map(
    pprof.location.map((it) => [
      Number(it.id),
      it.line.map((line) => `${functions.get(Number(line.functionId))}:${Number(line.line)}`).join(),
    ]),
  );
  const samples = pprof.sample.map((it) => ({
    stack: it.locationId.map((id) => locations.get(Number(id))!),
    labels: Object.fromEntries(
      it.label.map((label) => [text(label.key), Number(label.str) > 0 ? text(label.str) : Number(label.num)]),
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
    const { pprof, samples } = decoded(encodePprof(MIXED));
    assert.deepEqual(samples, [
      {
        stack: ['acquire file:///app/pool.js:7', 'handle file:///app/pool.js:6'],
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
        stack: ['handle file:///app/pool.js:6', 'handle node:internal/fs/promises:6'],
        labels: {},
        values: [9_000_000_000],
      },
    ]);
    assert.equal(BigInt(pprof.timeNanos), MIXED.timeUnixNano);
    assert.equal(BigInt(pprof.durationNanos), MIXED.durationNano);
    const types = [...pprof.sampleType, pprof.periodType!].map((it) => pprof.stringTable.strings[Number(it.type)]);
    assert.deepEqual(types, ['tasks', 'tasks']);
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
    assert.match(samples[0]!.stack[0]!, /^waits .*pprof\.test\.ts:\d+$/);
  });

  if (spawnSync('go', ['version']).status === 0) {
    it('is read by go tool pprof', function () {
      // Go builds the tool when it is first asked for.
      this.timeout(300_000);
      const folder = mkdtempSync(join(tmpdir(), 'taskprof-pprof-'));
      try {
        const file = join(folder, 'tasks.pb.gz');
        writeFileSync(file, encodePprof(MIXED));
        const { stdout, status } = spawnSync('go', ['tool', 'pprof', '-raw', file], { encoding: 'utf8' });
        assert.equal(status, 0);
        assert.match(stdout, /tasks\/count/);
        assert.match(stdout, /acquire .*pool\.js:7/);
        assert.match(stdout, /tier:\[gold\]/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
