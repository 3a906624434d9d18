import type { Random } from '../base/random.ts';
import { type ChosenRow, asTheyAre } from './chosen-row.ts';
import { NONE } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Up to so many rows are all looked at, or walked over, without more ado: 10 ns each. */
export const SCANNED_ROWS = 16_384;

/** A random choice of `count` live rows of a shape: all of them where there are no more. */
export function chooseAtRandom(registry: TaskRegistry, shape: number, count: number, random: Random): ChosenRow[] {
  const total = registry.shapes[shape]!;
  const chosen = new Set<number>();
  if (total > count) addRandom(registry, shape, total, count, random, chosen);
  else for (const row of registry.byAge()) if (registry.shape(row) === shape) chosen.add(row);
  const probability = chosen.size / Math.max(total, 1);
  return asTheyAre(
    registry,
    Array.from(chosen, (candidate) => ({ candidate, probability })),
  );
}

/** The oldest of a shape, in order. */
export function oldest(registry: TaskRegistry, shape: number, count: number): number[] {
  const rows: number[] = [];
  // Links are few, but another shape may lie ahead by thousands: what is not found soon is left to chance.
  let looked = 0;
  for (let row = registry.nextNewer(0); row !== 0 && rows.length < count && looked < SCANNED_ROWS; looked++) {
    if (registry.shape(row) === shape) rows.push(row);
    row = registry.nextNewer(row);
  }
  return rows;
}

/** Adds `count` of the `total` rows that are not in `chosen` yet. */
export function addRandom(
  registry: TaskRegistry,
  shape: number,
  total: number,
  count: number,
  random: Random,
  chosen: Set<number>,
): void {
  const size = chosen.size + count;
  const tries = 16 * count * Math.ceil(registry.end / Math.max(registry.shapes[shape]!, 1));
  // Where few rows are left of many, most tries hit free ones: then the list is shorter.
  for (let i = 0; i < tries && chosen.size < size && registry.end < 32 * total; i++) {
    const row = 1 + Math.floor(random() * (registry.end - 1));
    if (registry.madeAt(row) !== NONE && registry.shape(row) === shape) chosen.add(row);
  }
  if (chosen.size < size) addFromList(registry, shape, size, random, chosen);
}

/** Selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S) over the list by age. */
function addFromList(registry: TaskRegistry, shape: number, size: number, random: Random, chosen: Set<number>): void {
  const rest = [...registry.byAge()].filter((row) => registry.shape(row) === shape && !chosen.has(row));
  let left = rest.length;
  for (const row of rest) {
    if (random() * left-- < size - chosen.size) chosen.add(row);
  }
}
