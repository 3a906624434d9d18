import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runNode } from '../support/child.ts';
import { slopeOf } from './soak/slope.ts';
import type { Soaked } from './soak/soak.ts';

const SHORT = fileURLToPath(new URL('soak/short.ts', import.meta.url));

describe('a service that runs for long', () => {
  // The slope of memory shows in more awaits than there is time for here: npm run soak.
  it('has no tasks that are not there, and leaves no handle, whatever it went through', async () => {
    const { stdout, stderr } = await runNode(['--expose-gc', '--disable-warning=ExperimentalWarning', SHORT]);
    assert.equal(stderr, '');
    const { awaits, switches, exports, ghosts, handlesBefore, handlesAfter } = JSON.parse(stdout) as Soaked;
    assert.ok(awaits >= 400_000 && switches >= 8, `${switches} switches`);
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
