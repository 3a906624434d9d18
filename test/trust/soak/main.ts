// npm run soak [-- MILLIONS]: 50 million awaits, and whether memory stays where it is.
import { setUpSdk } from './set-up.ts';
import { type Slope, slopeOf } from './slope.ts';
import { soak } from './soak.ts';

const MEASUREMENTS = 80;
/** Until then a process comes to what it keeps: caches, compiled code, feedback of functions that run once for each start. */
const WARM_UP = MEASUREMENTS / 2;

const millions = Number(process.argv[2] ?? 50);
setUpSdk();
const startedAt = performance.now();
const soaked = await soak({ awaits: millions * 1e6, switchEvery: 1, workers: 20, measurements: MEASUREMENTS });
const { awaits, switches, exports, heap, resident, ghosts, handlesBefore, handlesAfter } = soaked;

const seconds = (performance.now() - startedAt) / 1e3;
console.log(`${(awaits / 1e6).toFixed(1)} million awaits in ${seconds.toFixed(0)} s, hooks switched ${switches} times`);
console.log(`${exports.sent} requests, ${exports.failed} failed`);
const isFlat = [
  ['heap', heap],
  ['resident', resident],
].map(([name, values]) => tell(name as string, values as number[]));
console.log(`most tasks told when none was left: ${Math.max(...ghosts)}`);
console.log(`handles before: ${handlesBefore.join() || 'none'}; after: ${handlesAfter.join() || 'none'}`);
process.exitCode = isFlat.every(Boolean) && handlesAfter.join() === handlesBefore.join() ? 0 : 1;

function tell(name: string, values: readonly number[]): boolean {
  const kept = values.slice(WARM_UP).map((bytes) => bytes / 2 ** 20);
  const slope: Slope = slopeOf(kept);
  const [perStep, halfWidth] = [slope.perStep, slope.halfWidth].map((value) => (value * MEASUREMENTS) / millions);
  const isFlat = slope.perStep - slope.halfWidth <= 0;
  const range = `${Math.min(...kept).toFixed(1)} to ${Math.max(...kept).toFixed(1)} MiB`;
  console.log(
    `${name}: ${range}, slope ${perStep!.toFixed(3)} ±${halfWidth!.toFixed(3)} MiB a million awaits: ${isFlat ? 'none' : 'GROWS'}`,
  );
  return isFlat;
}
