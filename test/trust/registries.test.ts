import assert from 'node:assert/strict';
import { fixture, runNode } from '../support/child.ts';

describe("the application's FinalizationRegistry", () => {
  for (const options of [
    { sampling: 'all', strongMillis: 1 },
    { overheadBudget: 1e-9, sampling: 1, strongMillis: 1 },
  ]) {
    it(`is still called after a profiler is gone that watched tasks: ${JSON.stringify(options)}`, async () => {
      const { stdout } = await runNode(['--expose-gc', fixture('trust/registries.mjs'), JSON.stringify(options)]);
      assert.equal(stdout.trim(), '1');
    });
  }
});
