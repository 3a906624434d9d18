import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CallSite } from '../../src/capture/call-sites.ts';
import { FrameTable } from '../../src/capture/frame-table.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function site(file: string, position: number, functionName = 'handler'): CallSite {
  return {
    getFileName: () => file,
    getPosition: () => position,
    getFunctionName: () => functionName,
    getTypeName: () => null,
    getMethodName: () => null,
    getLineNumber: () => 1,
    getColumnNumber: () => position,
    getEnclosingLineNumber: () => 1,
    getEnclosingColumnNumber: () => 1,
    isConstructor: () => false,
    isToplevel: () => true,
    isEval: () => false,
  } as unknown as CallSite;
}

describe('FrameTable', () => {
  it('gives one number to one position, and another to every other', () => {
    const table = new FrameTable();
    const id = table.intern(site('a.js', 1));
    assert.equal(table.intern(site('a.js', 1)), id);
    assert.notEqual(table.intern(site('a.js', 2)), id);
    assert.notEqual(table.intern(site('b.js', 1)), id);
    assert.deepEqual(table.frame(id), {
      functionName: 'handler',
      file: 'a.js',
      line: 1,
      column: 1,
      functionLine: 1,
      functionColumn: 1,
    });
  });

  it('is bounded: of code without end what comes late is one frame, and costs no memory', () => {
    const table = new FrameTable();
    const known = table.intern(site('known.js', 1));
    for (let i = 0; !table.isFull; i++) table.intern(site(`made-at-run-time-${i}.js`, 1));
    const size = table.size;
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 200_000; i++) assert.equal(table.intern(site(`made-later-${i}.js`, 1)), 0);
    collectGarbage();
    const grownMiB = (process.memoryUsage().heapUsed - before) / 2 ** 20;
    assert.ok(grownMiB < 5, `${grownMiB.toFixed(1)} MiB`);
    assert.equal(table.size, size);
    assert.equal(table.frame(0).functionName, '(other)');
    assert.equal(table.intern(site('known.js', 1)), known);
  });
});
