import { OLDEST_SHARE, type Chosen, type SampleRequest, maxCertain } from '../capture/live-sample.ts';
import type { Random } from '../base/random.ts';
import type { ContextFilter } from '../capture/context-filter.ts';
import { type Choosing, type RowChoice, asTheyAre, maxJoints } from './chosen-row.ts';
import { SCANNED_ROWS, addRandom, oldest } from './random-rows.ts';
import { RowScan } from './row-scan.ts';
import { RARE_SHARE, chooseSearched, shareOfWanted } from './row-search.ts';
import { RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** What knows the spans and the labels of rows. */
interface RowContexts {
  isIn(row: number, filter: ContextFilter): boolean;
}

/**
 * Chooses rows to look at: leaves and joints each for themselves, so that the number of all leaves, which is known, is
 * exactly the estimate where each of the chosen leaves is a task and each joint a call.
 */
export function chooseRows(
  registry: TaskRegistry,
  request: SampleRequest,
  now: number,
  random: Random,
  contexts: RowContexts,
): Choosing {
  const { maxTasks, wanted, pinned, minWaitMillis, parked } = request;
  const parkedUntil = Math.min(now - minWaitMillis, parked?.until ?? Infinity);
  const parkedAfter = parked?.after ?? -Infinity;
  const isWanted = (row: number): boolean =>
    registry.parkedAt(row) <= parkedUntil &&
    registry.parkedAt(row) > parkedAfter &&
    (wanted === undefined || contexts.isIn(row, wanted));
  const isPinned = pinned && ((row: number) => contexts.isIn(row, pinned));
  const filters = { isWanted, isPinned };
  const isFiltered = wanted !== undefined || minWaitMillis > 0 || parked !== undefined;
  if (registry.live > SCANNED_ROWS) {
    if (!isFiltered && isPinned === undefined) return made(chooseUnseen(registry, maxTasks, random));
    const share = isFiltered ? shareOfWanted(registry, isWanted, random) : 0;
    if (share >= RARE_SHARE) return made(chooseSearched(registry, maxTasks, share, filters, random));
  }
  return new RowScan(registry, maxTasks, filters, random);
}

function made(choice: RowChoice): Choosing {
  return { slice: () => choice };
}

/** Without a look at any row but the oldest. */
function chooseUnseen(registry: TaskRegistry, maxTasks: number, random: Random): RowChoice {
  const leaves = registry.shapes[RowShape.leaf]!;
  const joints = registry.shapes[RowShape.joint]!;
  const chosenLeaves = pick(registry, RowShape.leaf, leaves, maxTasks, random);
  const chosenJoints = pick(registry, RowShape.joint, joints, maxJoints(joints, maxTasks), random);
  return {
    rows: asTheyAre(registry, [...chosenLeaves, ...chosenJoints]),
    leftOut: leaves - chosenLeaves.length,
    isComplete: chosenLeaves.length === leaves && chosenJoints.length === joints,
    wantedShares: [1, 1],
  };
}

function pick(registry: TaskRegistry, shape: number, total: number, maxRows: number, random: Random): Chosen<number>[] {
  const most = total > maxRows ? maxCertain(maxRows) : total;
  const certain = oldest(registry, shape, Math.min(Math.ceil(maxRows / OLDEST_SHARE), most));
  const chosen = new Set(certain);
  const others = Math.min(total, maxRows) - certain.length;
  addRandom(registry, shape, total - certain.length, others, random, chosen);
  const probability = others / Math.max(total - certain.length, 1);
  return Array.from(chosen, (row, i) => ({ candidate: row, probability: i < certain.length ? 1 : probability }));
}
