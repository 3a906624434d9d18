import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

describe('the licences of what is in the page', () => {
  it('are there for each library and what that has in its own files', () => {
    const text = readFileSync(new URL('../../dist/viewer/page/licences.txt', import.meta.url), 'utf8');
    const names = text.split('\n\n---\n\n').map((one) => one.split('\n', 1)[0]);
    for (const name of ['preact', 'uplot', 'd3-flame-graph', 'd3-array', 'd3-selection', 'internmap']) {
      assert.ok(names.includes(name), name);
    }
  });
});
