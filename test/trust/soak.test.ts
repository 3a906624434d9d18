import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runNode } from '../support/child.ts';
import { slopeOf } from './soak/slope.ts';
import type { Soaked, SoakOptions } from './soak/soak.ts';

const RUN = fileURLToPath(new URL('soak/run.ts', import.meta.url));
const SHORT: SoakOptions = {
  awaits: 400_000,
  isProfiled: true,
  workers: 1,
  measurements: 2,
  tellsProgress: false,
};

describe('a service that runs for long', () => {
  // The slope of memory shows in more awaits than there is time for here: npm run soak.
  it('has no tasks that are not there, and leaves no handle, whatever it went through', async () => {
    const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
    const { stdout, stderr } = await runNode([...flags, RUN, JSON.stringify(SHORT)]);
    assert.equal(stderr, '');
    const { awaits, switches, exports, ghosts, handlesBefore, handlesAfter } = JSON.parse(stdout) as Soaked;
    assert.ok(awaits >= SHORT.awaits && switches >= 8, `${switches} switches`);
    assert.ok(exports.sent > 0 && exports.failed > 0, 'nothing was exported, or nothing failed');
    assert.deepEqual(
      ghosts,
      ghosts.map(() => 0),
    );
    assert.deepEqual(handlesAfter, handlesBefore);
  });

  it('would show a slope', () => {
    const noise = (i: number): number => Math.sin(i * i);
    const flat = slopeOf(Array.from({ length: 100 }, (_, i) => 500 + noise(i)));
    assert.ok(Math.abs(flat.perStep) < flat.halfWidth);
    const grows = slopeOf(Array.from({ length: 100 }, (_, i) => 500 + 0.1 * i + noise(i)));
    assert.ok(Math.abs(grows.perStep - 0.1) < grows.halfWidth && grows.perStep > 2 * grows.halfWidth);
  });
});
