// npm run soak [-- MILLIONS]: 50 million awaits, and whether memory stays where it is.
import { spawnSync } from 'node:child_process';
import { setUpSdk } from './set-up.ts';
import { slopeOf } from './slope.ts';
import { soak } from './soak.ts';

const MEASUREMENTS = 80;
/** The part in which a process comes to what it keeps: caches, connections, feedback of functions that run once for each start. */
const WARM_UP = 0.5;

/**
 * Memory also holds what V8 compiles, which for functions that run once for each start goes on for thousands of starts: of 370 kB in 200
 * starts no object was ours, and all was machine code, with what belongs to it. So it is measured where nothing is compiled as well,
 * and there it has to be flat.
 */
const INTERPRETED = [
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--no-lazy-feedback-allocation',
  '--no-flush-bytecode',
];
/** And everything takes longer. */
const INTERPRETED_SHARE = 0.2;

const [arg = '50', part = 'compiled'] = process.argv.slice(2);
const millions = Number(arg);
setUpSdk();
const startedAt = performance.now();
const soaked = await soak({ awaits: millions * 1e6, switchEvery: 1, workers: 20, measurements: MEASUREMENTS });
const { awaits, switches, exports, ghosts, handlesBefore, handlesAfter } = soaked;

const seconds = (performance.now() - startedAt) / 1e3;
console.log(`${(awaits / 1e6).toFixed(1)} million awaits in ${seconds.toFixed(0)} s, hooks switched ${switches} times`);
console.log(`${exports.sent} requests, ${exports.failed} failed`);
const areFlat = [isSlopeNone('resident', soaked.resident), isSlopeNone('heap', soaked.heap)];
console.log(`most tasks told when none was left: ${Math.max(...ghosts)}`);
console.log(`handles before: ${handlesBefore.join() || 'none'}; after: ${handlesAfter.join() || 'none'}`);
const isFlat = part === 'interpreted' ? areFlat.every((one) => one) : isWellInterpreted();
process.exitCode = isFlat && handlesAfter.join() === handlesBefore.join() ? 0 : 1;

function isWellInterpreted(): boolean {
  console.log('Where V8 compiles nothing:');
  const args = [
    ...process.execArgv,
    ...INTERPRETED,
    import.meta.filename,
    String(millions * INTERPRETED_SHARE),
    'interpreted',
  ];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}

function isSlopeNone(name: string, values: readonly number[]): boolean {
  const kept = values.slice(values.length * WARM_UP).map((bytes) => bytes / 2 ** 20);
  const slope = slopeOf(kept);
  const [perStep, halfWidth] = [slope.perStep, slope.halfWidth].map((value) => (value * values.length) / millions);
  const isNone = slope.perStep - slope.halfWidth <= 0;
  const range = `${Math.min(...kept).toFixed(1)} to ${Math.max(...kept).toFixed(1)} MiB`;
  console.log(
    `${name}: ${range}, slope ${perStep!.toFixed(3)} ±${halfWidth!.toFixed(3)} MiB a million awaits: ${isNone ? 'none' : 'GROWS'}`,
  );
  return isNone;
}
