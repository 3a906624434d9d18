import type { Random } from '../base/random.ts';
import type { ChosenRow } from './chosen-row.ts';
import { RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Rows that are looked at to find some. */
const MAX_ROWS = 512;

/**
 * Rows were chosen at a moment, and walks had to wait: what has resumed since is made up for by what has parked since and is
 * parked now. While nothing changes but by chance both are alike: as many tasks park at an await as resume from it. Without
 * that short waits are underrated (a query of 10 ms in turns of 3 ms by a third).
 */
export function withStandIns(
  registry: TaskRegistry,
  rows: readonly ChosenRow[],
  since: number,
  random: Random,
): readonly ChosenRow[] {
  const isThere = ({ candidate, madeAt }: ChosenRow): boolean => registry.madeAt(candidate) === madeAt;
  if (rows.every(isThere)) return rows;
  const newer = parkedSince(registry, since);
  return rows.map((row) => {
    const { shape } = row;
    if (isThere(row) || shape === RowShape.link) return row;
    const alike = newer[shape]!;
    const candidate = alike[Math.floor(random() * alike.length)];
    return candidate === undefined ? row : { ...row, candidate, madeAt: registry.madeAt(candidate) };
  });
}

/** By shape. */
function parkedSince(registry: TaskRegistry, since: number): number[][] {
  const rows: number[][] = [[], [], []];
  let looked = 0;
  for (let row = registry.nextOlder(0); row !== 0 && looked < MAX_ROWS; row = registry.nextOlder(row), looked++) {
    if (registry.parkedAt(row) <= since) break;
    rows[registry.shape(row)]!.push(row);
  }
  return rows;
}
