import assert from 'node:assert/strict';
import { TaskProfiler } from '../../src/index.ts';
import { gate } from '../support/settled.ts';

/** Functions that have no name of their own, by what they are called in stacks. */
const CALLS: Readonly<Record<string, (held: Promise<void>) => unknown>> = {
  'the property that holds them': (held) => {
    const made = (): (() => Promise<void>) =>
      async function () {
        await held;
      };
    return { '/orders': made() }['/orders']();
  },
  'the line where they begin': (held) =>
    [held].map(async (promise) => {
      await promise;
    }),
};

const NAMES: Readonly<Record<string, RegExp>> = {
  'the property that holds them': /^\/orders$/,
  'the line where they begin': /^\(anonymous\) names\.test\.ts:15$/,
};

describe('functions without a name', () => {
  for (const [what, call] of Object.entries(CALLS)) {
    it(`are called after ${what}`, () => {
      const held = gate();
      const profiler = new TaskProfiler({ sampling: 'all' });
      profiler.start();
      void call(held.promise);
      const { samples } = profiler.snapshot({ matching: /names\.test\.ts/ });
      profiler.stop();
      held.open();
      assert.equal(samples.length, 1);
      assert.match(samples[0]!.stack[samples[0]!.awaitIndex]!.functionName, NAMES[what]!);
    });
  }
});
