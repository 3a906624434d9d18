// npm run soak [-- MILLIONS]: 200 million awaits, and whether memory stays where it would be without the profiler.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { json } from 'node:stream/consumers';
import { differenceOf, type Slope, slopeOf } from './slope.ts';
import type { Soaked, SoakOptions } from './soak.ts';

const MEASUREMENTS = 80;
/**
 * The part in which a process comes to what it keeps. V8 compiles for long what runs once for each of thousands of starts: of 370 kB
 * in 200 starts no object was ours, and all was machine code, with what belongs to it. Resident memory rose from 127 to 133 MiB in the
 * first 25 million awaits, to 134.3 in 100, to 134.6 in 140, and stayed there.
 */
const WARM_UP = 0.7;

const [arg = '200'] = process.argv.slice(2);
const millions = Number(arg);
if (!(millions > 0)) {
  console.error(`npm run soak -- MILLIONS of awaits: a number above 0, got ${arg}`);
  process.exit(2);
}

/** Both at once: what else the machine has to do is the same for both. */
const [profiled, control] = await Promise.all([run(true), run(false)]);
tell('with the profiler', profiled);
tell('without', control);
const areFlat = [compare('resident', 'resident memory'), compare('heap', 'heap')];
const ghosts = Math.max(...profiled.ghosts);
const { handlesBefore, handlesAfter } = profiled;
console.log(`most tasks told when none was left: ${ghosts}`);
console.log(`handles before: ${handlesBefore.join() || 'none'}; after: ${handlesAfter.join() || 'none'}`);
const isClean = ghosts === 0 && handlesAfter.join() === handlesBefore.join();
process.exitCode = isClean && areFlat.every((isFlat) => isFlat) ? 0 : 1;

async function run(isProfiled: boolean): Promise<Soaked> {
  const options: SoakOptions = {
    awaits: millions * 1e6,
    isProfiled,
    workers: 20,
    measurements: MEASUREMENTS,
    tellsProgress: isProfiled,
  };
  const file = fileURLToPath(new URL('run.ts', import.meta.url));
  const args = [...process.execArgv, file, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const [soaked, [code]] = await Promise.all([json(child.stdout), exit]);
  if (code !== 0) throw new Error(`the soak ended with exit code ${code}`);
  return soaked as Soaked;
}

function tell(title: string, { awaits, seconds, switches, exports }: Soaked): void {
  const said = [
    `${(awaits / 1e6).toFixed(1)} million awaits in ${seconds.toFixed(0)} s`,
    `hooks switched ${switches} times`,
    `${exports.sent} exports, ${exports.failed} failed`,
  ];
  console.log(`${title}: ${said.join(', ')}`);
}

/** Whether it grows no more with the profiler than without, and resident memory not at all, as far as can be told at 95 %. */
function compare(name: 'resident' | 'heap', title: string): boolean {
  const [own, others] = [slopeIn('with', profiled[name]), slopeIn('without', control[name])];
  const difference = differenceOf(own, others);
  const isFlat = isNone(difference) && (name === 'heap' || isNone(own));
  console.log(`${title}: ${slopeText(difference)} more with the profiler: ${isFlat ? 'none' : 'GROWS'}`);
  return isFlat;

  function slopeIn(which: string, bytes: readonly number[]): Slope {
    const kept = bytes.slice(bytes.length * WARM_UP).map((value) => value / 2 ** 20);
    const slope = slopeOf(kept);
    const range = `${Math.min(...kept).toFixed(1)} to ${Math.max(...kept).toFixed(1)} MiB`;
    console.log(`${title} ${which}: ${range}, slope ${slopeText(slope)}`);
    return slope;
  }
}

function isNone({ perStep, halfWidth }: Slope): boolean {
  return perStep - halfWidth <= 0;
}

function slopeText({ perStep, halfWidth }: Slope): string {
  const [slope, error] = [perStep, halfWidth].map((value) => ((value * MEASUREMENTS) / millions).toFixed(4));
  return `${slope} ±${error} MiB a million awaits`;
}
