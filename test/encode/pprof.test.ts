import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Profile as Pprof } from 'pprof-format';
import { encodePprof } from '../../src/encode/pprof.ts';
import { TaskProfiler, snapshotToPprof } from '../../src/index.ts';
import { checkProfile } from '../../src/profile/check.ts';
import type { AttributeValue, Profile, ProfileSample } from '../../src/profile/model.ts';
import { gate } from '../support/settled.ts';
import { frame, profile, sample } from '../support/profiles-data.ts';

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
  const samples = pprof.sample.map((it) => ({
    stack: it.locationId.map((id) => locations.get(Number(id))!),
    labels: Object.fromEntries(
      it.label.map((label) => [text(label.key), Number(label.str) > 0 ? text(label.str) : signed(label.num)]),
    ),
    values: it.value.map(Number),
  }));
  return { pprof, samples };
}

/** What has to be read of a profile's samples. */
function expected(samples: readonly ProfileSample[]): Plain[] {
  return samples
    .filter(({ value }) => value > 0)
    .map(({ stack, attributes, link, value }) => ({
      stack: stack.map((it) => `${it.functionName} ${it.file}:${it.line}:${it.column}`),
      labels: {
        ...Object.fromEntries(Object.entries(attributes).map(([key, label]) => [key, labelText(label)])),
        ...(link && { trace_id: link.traceId, span_id: link.spanId }),
      },
      values: [value],
    }));
}

function labelText(value: AttributeValue): string | number {
  return Number.isSafeInteger(value) && value !== 0 ? (value as number) : String(value);
}

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

const MIXED = profile({
  samples: [
    sample({ value: 3, attributes: { tier: 'gold', shard: 7, empty: 0, ratio: 0.5, hot: true }, link: LINK }),
    sample({ value: 0, stack: [frame('dropped')] }),
    sample({ value: 9_000_000_000, stack: [frame('handle'), frame('handle', 'node:internal/fs/promises')] }),
  ],
});

const hexId = (digits: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 1, max: 15 }), { minLength: digits, maxLength: digits })
    .map((id) => id.map((digit) => digit.toString(16)).join(''));

const wellFormed = fc.string({ unit: 'grapheme' });

const frames = fc.record({
  functionName: wellFormed,
  file: wellFormed,
  line: fc.nat(),
  column: fc.nat(),
});

const samples = fc.record(
  {
    // Drawn from few, so that frames, functions and files are shared as equal and as identical objects.
    stack: fc.array(fc.oneof(frames, fc.constantFrom(frame('acquire'), frame('handle'), frame('handle', 'b.js')))),
    attributes: fc.dictionary(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9.]{0,8}$/),
      // An empty string is how pprof writes that there is no such label.
      fc.oneof(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
      ),
    ),
    link: fc.record({ traceId: hexId(32), spanId: hexId(16) }),
    value: fc.oneof(fc.nat(3), fc.maxSafeNat()),
  },
  { requiredKeys: ['stack', 'attributes', 'value'], noNullPrototype: true },
);

const types = fc.constantFrom({ type: 'tasks', unit: 'count' }, { type: 'wait', unit: 'nanoseconds' });
const nanos = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

const profiles: fc.Arbitrary<Profile> = fc
  .record({
    sampleType: types,
    periodType: types,
    period: fc.integer({ min: 1 }),
    timeUnixNano: nanos,
    durationNano: nanos,
    samples: fc.uniqueArray(samples, { selector: (it) => JSON.stringify([it.stack, it.attributes, it.link]) }),
  })
  .map((fields) => profile(fields));

describe('encodePprof', () => {
  it('keeps every stack, label, link and value', () => {
    const { pprof, samples } = decoded(encodePprof(MIXED));
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

  it('keeps what any sound profile holds', () => {
    fc.assert(
      fc.property(profiles, (made) => {
        checkProfile(made);
        const { pprof, samples } = decoded(encodePprof(made));
        assert.deepEqual(samples, expected(made.samples));
        assert.equal(BigInt(pprof.timeNanos), made.timeUnixNano);
        assert.equal(BigInt(pprof.durationNanos), made.durationNano);
        assert.equal(Number(pprof.period), made.period);
        const text = (index: number | bigint | undefined): string => pprof.stringTable.strings[Number(index)]!;
        const typesOf = [pprof.sampleType[0], pprof.periodType].map((it) => ({
          type: text(it?.type),
          unit: text(it?.unit),
        }));
        assert.deepEqual(typesOf, [made.sampleType, made.periodType]);
      }),
    );
  });

  it('writes equal frames once, one function for its positions, and nothing of samples without value', () => {
    const here = frame('acquire');
    const there = { ...here, line: here.line + 1 };
    const { pprof } = decoded(
      encodePprof(
        profile({
          samples: [
            sample({ stack: [here, there] }),
            sample({ stack: [{ ...here }] }),
            sample({ stack: [frame('dropped')], value: 0 }),
          ],
        }),
      ),
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

  if (spawnSync('go', ['version']).status === 0) {
    it('is read by go tool pprof', function () {
      // Go builds the tool when it is first asked for.
      this.timeout(300_000);
      const folder = mkdtempSync(join(tmpdir(), 'taskprof-pprof-'));
      try {
        const file = join(folder, 'tasks.pb.gz');
        const anonymous = sample({ value: 5, stack: [frame('<anonymous>'), frame('Map.[Symbol.iterator]')] });
        writeFileSync(file, encodePprof({ ...MIXED, samples: [...MIXED.samples, anonymous] }));
        const { stdout, status } = spawnSync('go', ['tool', 'pprof', '-raw', file], { encoding: 'utf8' });
        assert.equal(status, 0);
        assert.match(stdout, /tasks\/count/);
        assert.match(stdout, /acquire .*pool\.js:7:14/);
        assert.match(stdout, /shard:\[7\]/);
        assert.match(stdout, / <anonymous> /);
        assert.match(stdout, / Map\.\[Symbol\.iterator\] /);
        assert.match(stdout, /tier:\[gold\]/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
