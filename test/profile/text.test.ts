import assert from 'node:assert/strict';
import { profileText } from '../../src/profile/text.ts';
import { frame, profile, sample } from '../support/profiles-data.ts';

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
});
