import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CallSite } from '../../src/capture/call-sites.ts';
import { FrameTable } from '../../src/capture/frame-table.ts';
import { codeSite } from '../support/code-site.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const site = (file: string, column: number): CallSite => codeSite(file, 1, column);

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

  const nameOf = (functionName: string | null, more: object): string => {
    const table = new FrameTable();
    return table.frame(table.intern(codeSite('a.js', 1, 1, functionName!, more))).functionName;
  };

  it('names constructors, methods and functions as V8 prints them, without the receiver Object', () => {
    const of = (type: string, method: string | null = null): object => ({
      isToplevel: () => false,
      getTypeName: () => type,
      getMethodName: () => method,
    });
    assert.equal(nameOf('run', {}), 'run');
    assert.equal(nameOf(null, {}), '<anonymous>');
    assert.equal(nameOf('Query', { isConstructor: () => true }), 'new Query');
    assert.equal(nameOf(null, { isConstructor: () => true }), 'new <anonymous>');
    assert.equal(nameOf('run', of('Query')), 'Query.run');
    assert.equal(nameOf('Query.run', of('Query')), 'Query.run');
    assert.equal(nameOf(null, of('Query', 'then')), 'Query.then');
    assert.equal(nameOf(null, of('Query')), 'Query.<anonymous>');
    assert.equal(nameOf('run', of('')), 'run');
    assert.equal(nameOf(null, { ...of('', 'then'), isToplevel: () => true }), '<anonymous>');
    assert.equal(nameOf('run', of('Object')), 'run');
    assert.equal(nameOf(null, of('Object', 'then')), 'then');
  });

  it('tells positions in one function from those in others', () => {
    const table = new FrameTable();
    const at = (file: string, line: number, name: string): number => table.intern(codeSite(file, line, 1, name));
    const here = at('a.js', 1, 'run');
    assert.equal(table.sameFunction(here, here), true);
    assert.equal(table.sameFunction(here, at('a.js', 2, 'run')), true);
    assert.equal(table.sameFunction(here, at('a.js', 3, 'stop')), false);
    assert.equal(table.sameFunction(here, at('b.js', 1, 'run')), false);
  });

  it('knows code of eval by where that was called', () => {
    const fileOf = (more: object): string => {
      const table = new FrameTable();
      return table.frame(table.intern(codeSite('', 1, 1, 'handler', more))).file;
    };
    assert.equal(
      fileOf({ isEval: () => true, getEvalOrigin: () => 'eval at run (a.js:1:1)' }),
      'eval at run (a.js:1:1)',
    );
    assert.equal(fileOf({ isEval: () => true, getEvalOrigin: () => undefined }), 'eval');
    assert.equal(fileOf({ getEvalOrigin: () => 'eval at run (a.js:1:1)' }), '');
  });

  it('tells all frames, and none where V8 knows no place', () => {
    const table = new FrameTable();
    const nowhere = { getLineNumber: () => null, getColumnNumber: () => null, getEnclosingLineNumber: () => null };
    const id = table.intern(codeSite('a.js', 1, 1, 'handler', nowhere));
    const { line, column, functionLine } = table.frame(id);
    assert.deepEqual([line, column, functionLine], [0, 0, 0]);
    assert.equal([...table.all][id], table.frame(id));
    assert.equal(table.size, 2);
    assert.equal(table.frame(99), table.frame(0));
    assert.equal(table.kind(99), 0);
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
    assert.equal(table.intern(site('known.js', 2)), 0);
    assert.equal(table.internName('late'), 0);
    assert.equal(table.size, size);
    assert.equal(table.frame(0).functionName, '(other)');
    assert.equal(table.intern(site('known.js', 1)), known);
  });
});
