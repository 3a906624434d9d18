import assert from 'node:assert/strict';
import { profilesDataText, profileText } from '../../src/profile/text.ts';
import { frame, profile, profilesData, sample } from '../support/profiles-data.ts';

const LINK = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

describe('profileText', () => {
  it('shows all that a profile holds', () => {
    const text = profileText(
      profile({
        period: 100,
        periodType: { type: 'wait', unit: 'nanoseconds' },
        attributes: { 'taskprof.view': 'interval', 'taskprof.errors': [0.5, 2] },
        samples: [
          sample({ value: 1 }),
          sample({
            stack: [{ functionName: 'Promise.all', file: '', line: 0, column: 0 }, frame('', 'node:fs')],
            attributes: { route: '/a', paid: true },
            link: LINK,
            value: 12,
          }),
        ],
      }),
    );
    assert.equal(
      text,
      `\
tasks/count, period 100 wait/nanoseconds
time 1790000000123456789 ns, duration 10000000001 ns
  taskprof.errors = [0.5, 2]
  taskprof.view = "interval"

12
  paid = true
  route = "/a"
  trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331
    Promise.all
    <anonymous> node:fs:0:0

1
    acquire file:///app/pool.js:7:14
    handle file:///app/pool.js:6:12
`,
    );
  });

  it('is the same whatever the order of samples and attributes', () => {
    const a = sample({ attributes: { x: 1, y: 'b' } });
    const b = sample({ attributes: { x: 2 } });
    const c = sample({ stack: [frame('zzz')], value: 2 });
    const reversed = { ...a, attributes: { y: 'b', x: 1 } };
    const texts = [
      [a, b, c],
      [c, b, reversed],
      [b, c, a],
    ].map((samples) => profileText(profile({ samples })));
    assert.equal(new Set(texts).size, 1);
  });

  it('tells a number from a string', () => {
    const of = (attributes: Record<string, string | number>): string => profileText(profile({ attributes }));
    assert.notEqual(of({ key: 1 }), of({ key: '1' }));
  });

  it('shows inlined lines, addresses, mappings, units and what a profile was made from', () => {
    const mapping = {
      memoryStart: 0x400000n,
      memoryLimit: 0x4dd000n,
      fileOffset: 4096n,
      file: '/bin/app',
      attributes: { 'process.executable.build_id.gnu': 'feed' },
    };
    const inner = { ...frame('inner', 'a.cc'), systemName: '_Z5innerv', startLine: 3 };
    const outer = { ...frame('outer', 'b.cc'), systemName: 'outer', startLine: 0 };
    const known = {
      lines: [inner, outer],
      address: 0x4000ffn,
      mapping,
      attributes: { 'pprof.location.is_folded': true },
    };
    const unknown = { lines: [], address: 0x4158edn, mapping, attributes: {} };
    const text = profileText(
      profile({
        originalPayload: { format: 'pprof', bytes: new Uint8Array(7) },
        samples: [
          sample({
            stack: [known, unknown],
            value: -(2n ** 60n),
            attributes: { size: { value: [1, 2n], unit: 'bytes' } },
          }),
          sample({ stack: [{ lines: [], address: 0n, attributes: {} }] }),
        ],
      }),
    );
    assert.equal(
      text,
      `\
tasks/count, period 1 tasks/count
time 1790000000123456789 ns, duration 10000000001 ns
from pprof, 7 bytes

1
    ?

-1152921504606846976
  size = [1, 2] bytes
    inner a.cc:5:10 (from line 3) (_Z5innerv) (inlined)
    outer b.cc:5:10 [at 0x4000ff of /bin/app] [pprof.location.is_folded = true]
    ? [at 0x4158ed of /bin/app]

mapping 0x400000-0x4dd000 /bin/app at 0x1000
  process.executable.build_id.gnu = "feed"
`,
    );
  });

  it('shows when values were', () => {
    const timed = [
      { timeUnixNano: 5n, value: 1 },
      { timeUnixNano: 7n, value: 2n },
    ];
    const [, , , ...lines] = profileText(profile({ samples: [sample({ stack: [], value: 3, timed })] })).split('\n');
    assert.deepEqual(lines, ['3', '  1 at 5 ns', '  2 at 7 ns', '']);
  });

  it('shows what is known of a place: an address, a mapping, a name for the linker', () => {
    const line = { ...frame('f'), systemName: '', startLine: 0 };
    const mapping = { memoryStart: 1n, memoryLimit: 2n, fileOffset: 0n, file: '/bin/app', attributes: {} };
    const stack = [
      { lines: [line], address: 0n, mapping, attributes: {} },
      { lines: [line], address: 16n, attributes: {} },
      { lines: [{ ...line, systemName: '_f' }], address: 0n, attributes: {} },
    ];
    const text = profileText(profile({ samples: [sample({ stack })] }));
    assert.deepEqual(
      text.split('\n').filter((one) => one.startsWith('    ')),
      [
        '    f file:///app/pool.js:1:2 [at 0x0 of /bin/app]',
        '    f file:///app/pool.js:1:2 [at 0x10]',
        '    f file:///app/pool.js:1:2 (_f)',
      ],
    );
  });
});

describe('profilesDataText', () => {
  it('shows who is profiled, by what, and each profile', () => {
    const data = profilesData(profile(), profile({ samples: [] }));
    assert.equal(
      profilesDataText({ ...data, scope: { ...data.scope, attributes: { order: 1 } } }),
      `\
resource
  process.pid = 4711
  service.name = "shop"
scope otel-taskprof 1.2.3
  order = 1

${profileText(data.profiles[0]!)}
${profileText(data.profiles[1]!)}`,
    );
    const nameless = { ...profilesData(), scope: { name: 'a', version: '' } };
    assert.equal(profilesDataText(nameless).split('\n')[3], 'scope a');
  });
});
