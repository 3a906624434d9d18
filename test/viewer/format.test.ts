import assert from 'node:assert/strict';
import { countText, tickTexts } from '../../src/viewer/page/format.ts';

describe('texts of the page', () => {
  it('count one thing as one', () => {
    assert.deepEqual(
      [0, 1, 2, 12_345].map((count) => countText(count, 'stack')),
      ['0 stacks', '1 stack', '2 stacks', '12,345 stacks'],
    );
  });

  it('say the time of ticks that stand closer than a second once', () => {
    const [first, ...rest] = tickTexts([1e9, 1e9 + 0.2, 1e9 + 0.4, 1e9 + 1, 1e9 + 1.2]);
    assert.match(first!, /^\d\d:\d\d:\d\d$/);
    assert.deepEqual(rest.slice(0, 2), ['', '']);
    assert.match(rest[2]!, /^\d\d:\d\d:\d\d$/);
    assert.notEqual(rest[2], first);
    assert.equal(rest[3], '');
  });
});
