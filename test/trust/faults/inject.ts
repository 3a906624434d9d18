import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { stopCoverage } from 'node:v8';
import { type FaultPoint, FaultPoints } from './fault-points.ts';

// Preloaded: what is loaded of src from now on throws where it is told to.

// Of functions that stand elsewhere than in the file: merged with those of the file, they would hide that these ran.
stopCoverage();

export const points = registerPoints();

const reached = new Set<number>();
let armed = -1;
let thrown = 0;

/** The functions that were called so far. */
export function reachedPoints(): ReadonlySet<number> {
  return reached;
}

/** From now on this function throws whenever it is called; `-1`: none does. Gives how often the last one did. */
export function arm(id: number): number {
  const times = thrown;
  thrown = 0;
  armed = id;
  return times;
}

function registerPoints(): readonly FaultPoint[] {
  Object.defineProperty(globalThis, 'faultAt', { value: faultAt, enumerable: false });
  const all = new FaultPoints();
  registerHooks({
    load(url, context, nextLoad) {
      const source = url.startsWith('file:') ? all.sourceOf(fileURLToPath(url)) : undefined;
      return source === undefined
        ? nextLoad(url, context)
        : { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  return all.points;
}

function faultAt(id: number): void {
  reached.add(id);
  if (id !== armed) return;
  thrown++;
  throw new Error(`forced fault ${id}`);
}
