import { type Chosen, OLDEST_SHARE, type SampleRequest, choose, maxCertain } from '../capture/live-sample.ts';
import type { Random } from '../base/random.ts';
import { EMPTY_TASK_CONTEXT, type TaskContext } from '../capture/task-context.ts';
import { NONE, RowShape, type TaskRegistry } from './task-registry.ts';

/** Up to so many rows are all looked at to choose from them: 10 ns each. */
const SCANNED_ROWS = 16_384;

/** Of joints, which are calls in nearly all cases, this share of the places is enough where there are many. */
const JOINT_SHARE = 8;

/** A row as it was when it was chosen. */
export interface ChosenRow extends Chosen<number> {
  /** Tells whether it is still the same. */
  readonly madeAt: number;
  readonly shape: number;
}

/** What tells the span and the labels of a row. */
interface RowContexts {
  contextAt(row: number): TaskContext | undefined;
}

/** Rows to look at. */
export interface RowChoice {
  readonly rows: readonly ChosenRow[];
  /** Leaves that were wanted and not chosen. */
  readonly leftOut: number;
  /** Whether all that were wanted are among them. */
  readonly isComplete: boolean;
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
): RowChoice {
  const { maxTasks, accepts, isPinned, minWaitMillis } = request;
  const isFiltered = accepts !== undefined || isPinned !== undefined || minWaitMillis > 0;
  const leaves = registry.shapes[RowShape.leaf]!;
  const joints = registry.shapes[RowShape.joint]!;
  if (isFiltered || registry.live <= SCANNED_ROWS) return chooseScanned(registry, request, now, random, contexts);
  const chosenLeaves = pick(registry, RowShape.leaf, leaves, maxTasks, random);
  const chosenJoints = pick(registry, RowShape.joint, joints, maxJoints(joints, maxTasks), random);
  return choiceOf(registry, chosenLeaves, chosenJoints, leaves, joints);
}

function chooseScanned(
  registry: TaskRegistry,
  request: SampleRequest,
  now: number,
  random: Random,
  contexts: RowContexts,
): RowChoice {
  const { maxTasks, isPinned } = request;
  const { leaves, joints } = scan(registry, request, now, contexts);
  const pins = isPinned && ((row: number) => isPinned(contexts.contextAt(row) ?? EMPTY_TASK_CONTEXT));
  const [allLeaves, allJoints] = [leaves.length, joints.length];
  const chosenLeaves = choose(leaves, maxTasks, pins, random);
  const chosenJoints = choose(joints, maxJoints(allJoints, maxTasks), pins, random);
  return choiceOf(registry, chosenLeaves, chosenJoints, allLeaves, allJoints);
}

function maxJoints(joints: number, maxTasks: number): number {
  return joints <= maxTasks ? maxTasks : Math.ceil(maxTasks / JOINT_SHARE);
}

function choiceOf(
  registry: TaskRegistry,
  leaves: readonly Chosen<number>[],
  joints: readonly Chosen<number>[],
  allLeaves: number,
  allJoints: number,
): RowChoice {
  return {
    rows: asTheyAre(registry, [...leaves, ...joints]),
    leftOut: allLeaves - leaves.length,
    isComplete: leaves.length === allLeaves && joints.length === allJoints,
  };
}

/** The same with what tells whether they still are the same later. */
function asTheyAre(registry: TaskRegistry, chosen: readonly Chosen<number>[]): ChosenRow[] {
  return chosen.map((one) => ({
    ...one,
    madeAt: registry.madeAt(one.candidate),
    shape: registry.shape(one.candidate),
  }));
}

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

function pick(registry: TaskRegistry, shape: number, total: number, maxRows: number, random: Random): Chosen<number>[] {
  const most = total > maxRows ? maxCertain(maxRows) : total;
  const certain = oldest(registry, shape, Math.min(Math.ceil(maxRows / OLDEST_SHARE), most));
  const chosen = new Set(certain);
  const others = Math.min(total, maxRows) - certain.length;
  addRandom(registry, shape, total - certain.length, others, random, chosen);
  const probability = others / Math.max(total - certain.length, 1);
  return Array.from(chosen, (row, i) => ({ candidate: row, probability: i < certain.length ? 1 : probability }));
}

function oldest(registry: TaskRegistry, shape: number, count: number): number[] {
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
function addRandom(
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

function scan(
  registry: TaskRegistry,
  { accepts, minWaitMillis }: SampleRequest,
  now: number,
  contexts: RowContexts,
): { leaves: number[]; joints: number[] } {
  const leaves: number[] = [];
  const joints: number[] = [];
  for (const row of registry.byAge()) {
    if (now - registry.parkedAt(row) < minWaitMillis) break;
    const shape = registry.shape(row);
    if (shape === RowShape.link) continue;
    if (accepts !== undefined && !accepts(contexts.contextAt(row) ?? EMPTY_TASK_CONTEXT)) continue;
    (shape === RowShape.leaf ? leaves : joints).push(row);
  }
  return { leaves, joints };
}
