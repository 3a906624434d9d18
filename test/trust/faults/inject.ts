import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { stopCoverage } from 'node:v8';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type { FaultPoint } from './fault-points.ts';
import { quickenClock } from './quick-clock.ts';
import type { FaultRun } from './run.ts';
import { settingOf } from './settings.ts';

// Preloaded: what is loaded of src from now on throws where it is told to.

// Of functions that stand elsewhere than in the file: merged with those of the file, they would hide that these ran.
stopCoverage();

/** What a worker gets from the main thread, which has parsed it all. */
interface Injected {
  readonly points: readonly FaultPoint[];
  readonly sources: ReadonlyMap<string, string>;
  readonly clockSpeed: number;
}

const KEY = 'what faults are forced into';

const injected: Injected = isMainThread ? await parsed() : (getEnvironmentData(KEY) as unknown as Injected);

export const { points } = injected;

const reached = new Set<number>();
let isForcing = false;
let armed = -1;
let thrown = 0;

if (injected.clockSpeed !== 1) quickenClock(injected.clockSpeed);
register();

/** The functions that were called so far while faults were forced. */
export function reachedPoints(): ReadonlySet<number> {
  return reached;
}

/** From now on this function throws whenever it is called; `-1`: none does. */
export function beginForcing(id: number): void {
  isForcing = true;
  armed = id;
  thrown = 0;
}

/** How often it did since then. */
export function forcedTimes(): number {
  return thrown;
}

export function endForcing(): void {
  isForcing = false;
  armed = -1;
}

/** Workers that start from now on can be armed as well. */
export function shareWithWorkers(): void {
  const strip = ([file, source]: [string, string]): [string, string] => [file, stripTypeScriptTypes(source)];
  const sources = new Map([...injected.sources].map(strip));
  setEnvironmentData(KEY, { ...injected, sources });
}

async function parsed(): Promise<Injected> {
  const { FaultPoints } = await import('./fault-points.ts');
  const { scenario } = JSON.parse(process.argv[2]!) as FaultRun;
  const { points: all, sources } = new FaultPoints();
  return { points: all, sources, clockSpeed: settingOf(scenario).clockSpeed ?? 1 };
}

function register(): void {
  Object.defineProperty(globalThis, 'faultAt', { value: faultAt, enumerable: false });
  const format = isMainThread ? 'module-typescript' : 'module';
  registerHooks({
    load(url, context, nextLoad) {
      const source = url.startsWith('file:') ? injected.sources.get(fileURLToPath(url)) : undefined;
      return source === undefined ? nextLoad(url, context) : { format, source, shortCircuit: true };
    },
  });
}

function faultAt(id: number): void {
  if (!isForcing) return;
  reached.add(id);
  if (id !== armed) return;
  thrown++;
  throw new Error(`forced fault ${id}`);
}
