import assert from 'node:assert/strict';
import { FaultPoints } from './faults/fault-points.ts';
import { forceFaults } from './faults/force-faults.ts';
import { SCENARIOS, type ScenarioName } from './faults/settings.ts';

/** One in so many functions fails here; with `npm run test:faults` every one does, in minutes. */
const EVERY = Number(process.env.FAULTS_EVERY ?? 149);

describe('an exception in a function of the profiler', () => {
  it('can be forced into all that runs in an application', () => {
    const { points } = new FaultPoints();
    assert.ok(points.length > 2_000, `${points.length} functions`);
    assert.ok(points.some(({ name }) => /^capture\/park-engine\.ts:\d+ settle$/.test(name)));
  });

  for (const [i, [scenario, { title }]] of Object.entries(SCENARIOS).entries()) {
    it(`does not reach the application, and is told once: ${title}`, async function () {
      this.timeout(EVERY === 1 ? 0 : 60_000);
      const { forced, met, findings } = await forceFaults(scenario as ScenarioName, i % EVERY, EVERY);
      assert.deepEqual(findings, []);
      assert.ok(forced > 0 && met > forced / 2, `${met} of ${forced} faults were met`);
      if (EVERY === 1) console.log(`      ${met} faults`);
    });
  }
});
