import assert from 'node:assert/strict';
import { StackKeeper } from '../../src/capture/stack-keeper.ts';

/** So many nodes are kept before stacks that nobody holds are forgotten. */
const MAX_NODES = 32_768;

/** Stacks of one frame each, from `first` on. */
function fill(keeper: StackKeeper, first: number, count: number): void {
  for (let i = first; i < first + count; i++) keeper.stacks.push(0, i);
}

describe('StackKeeper', () => {
  it('gives the frames of a stack, leaf first', () => {
    const keeper = new StackKeeper();
    const [outer, leaf] = ['main', 'query'].map((name) => keeper.frames.internName(name));
    const stack = keeper.stacks.push(keeper.stacks.push(0, outer!), leaf!);
    assert.deepEqual(
      keeper.framesOf(stack).map(({ functionName }) => functionName),
      ['query', 'main'],
    );
    assert.deepEqual(keeper.framesOf(0), []);
  });

  it('has one stack for all that can not be told', () => {
    const keeper = new StackKeeper();
    const { unknownStack } = keeper;
    assert.equal(keeper.unknownStack, unknownStack);
    assert.deepEqual(keeper.framesOf(unknownStack), [
      { functionName: '(stack not known)', file: '', line: 0, column: 0 },
    ]);
  });

  it('wants to forget where there are many nodes, and what is held keeps its frames under its new number', () => {
    const keeper = new StackKeeper();
    const name = keeper.frames.internName('held');
    fill(keeper, 1_000, MAX_NODES - 1);
    assert.equal(keeper.wantsCompaction, false);
    const holder = { stack: keeper.stacks.push(0, name) };
    assert.equal(keeper.wantsCompaction, true);
    keeper.compact([holder]);
    assert.equal(keeper.stacks.size, 2);
    assert.deepEqual(
      keeper.framesOf(holder.stack).map(({ functionName }) => functionName),
      ['held'],
    );
    fill(keeper, 1_000, MAX_NODES - 2);
    assert.equal(keeper.wantsCompaction, false);
    fill(keeper, 100_000, 1);
    assert.equal(keeper.wantsCompaction, true);
  });

  it('waits for twice as many where that many are held: not every look forgets next to nothing', () => {
    const keeper = new StackKeeper();
    fill(keeper, 0, MAX_NODES);
    const holders = Array.from({ length: MAX_NODES }, (_, i) => ({ stack: keeper.stacks.push(0, i) }));
    keeper.compact(holders);
    assert.equal(keeper.stacks.size, MAX_NODES + 1);
    fill(keeper, MAX_NODES, MAX_NODES + 1);
    assert.equal(keeper.wantsCompaction, false);
    fill(keeper, 3 * MAX_NODES, 1);
    assert.equal(keeper.wantsCompaction, true);
  });
});
