import assert from 'node:assert/strict';
import { StackTable } from '../../src/capture/stack-table.ts';

function stackOf(table: StackTable, ...leafFirst: number[]): number {
  return leafFirst.reduceRight((node, frame) => table.push(node, frame), 0);
}

describe('StackTable', () => {
  it('gives equal stacks the same number and others another', () => {
    const table = new StackTable();
    assert.equal(stackOf(table, 1, 2, 3), stackOf(table, 1, 2, 3));
    assert.notEqual(stackOf(table, 1, 2, 3), stackOf(table, 2, 1, 3));
    assert.deepEqual(table.framesOf(stackOf(table, 7, 8, 9)), [7, 8, 9]);
  });

  it('tells whether a stack ends with another', () => {
    const table = new StackTable();
    const callers = stackOf(table, 2, 3);
    assert.equal(table.extends(stackOf(table, 1, 2, 3), callers), true);
    assert.equal(table.extends(callers, callers), false);
    assert.equal(table.extends(stackOf(table, 1, 2, 4), callers), false);
  });

  it('keeps 20,000 stacks apart while it grows', () => {
    const table = new StackTable();
    const nodes = Array.from({ length: 20_000 }, (_, i) => stackOf(table, i % 97, i, i % 13));
    nodes.forEach((node, i) => assert.deepEqual(table.framesOf(node), [i % 97, i, i % 13]));
    const { size } = table;
    nodes.forEach((node, i) => assert.equal(stackOf(table, i % 97, i, i % 13), node));
    assert.equal(table.size, size);
  });

  it('forgets all but the stacks that are kept', () => {
    const table = new StackTable();
    const nodes = Array.from({ length: 5_000 }, (_, i) => stackOf(table, i, 5_000 + i));
    const renamed = table.compact([nodes[17]!, 0, nodes[17]!]);
    assert.equal(table.size, 3);
    assert.deepEqual(
      renamed.map((node) => table.framesOf(node)),
      [[17, 5_017], [], [17, 5_017]],
    );
    assert.equal(stackOf(table, 17, 5_017), renamed[0]);
  });
});
