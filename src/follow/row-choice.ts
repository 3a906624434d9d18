import { type Chosen, OLDEST_SHARE, type SampleRequest, choose, maxCertain, rareOnes } from '../capture/live-sample.ts';
import { nowMillis } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { ContextFilter } from '../capture/context-filter.ts';
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

/** What knows the spans and the labels of rows. */
interface RowContexts {
  isIn(row: number, filter: ContextFilter): boolean;
}

/** Rows to look at. */
export interface RowChoice {
  readonly rows: readonly ChosenRow[];
  /** Leaves that were wanted and not chosen. */
  readonly leftOut: number;
  /** Whether all that were wanted are among them. */
  readonly isComplete: boolean;
  /** Of leaves and of joints: share of the rows drawn at random that were wanted. The others are draws that found nothing. */
  readonly wantedShares: readonly [leaves: number, joints: number];
}

/** A choice that may take several slices. */
export interface Choosing {
  /** Works on until about `deadline` (monotonic milliseconds); the choice once it is made. */
  slice(deadline: number): RowChoice | undefined;
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
  const { maxTasks, wanted, pinned, minWaitMillis } = request;
  const parkedUntil = now - minWaitMillis;
  const isWanted = (row: number): boolean =>
    registry.parkedAt(row) <= parkedUntil && (wanted === undefined || contexts.isIn(row, wanted));
  const isPinned = pinned && ((row: number) => contexts.isIn(row, pinned));
  const filters = { isWanted, isPinned };
  const isFiltered = wanted !== undefined || minWaitMillis > 0;
  if (registry.live > SCANNED_ROWS) {
    if (!isFiltered && isPinned === undefined) return made(chooseUnseen(registry, maxTasks, random));
    const share = isFiltered ? shareOfWanted(registry, isWanted, random) : 0;
    if (share >= RARE_SHARE) return made(chooseSearched(registry, maxTasks, share, filters, random));
  }
  return new Scan(registry, maxTasks, filters, random);
}

function made(choice: RowChoice): Choosing {
  return { slice: () => choice };
}

/** Which rows are wanted, and which of these ahead of others. */
interface RowFilters {
  readonly isWanted: (row: number) => boolean;
  readonly isPinned: ((row: number) => boolean) | undefined;
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

/** Rows between two looks at the clock. */
const SCAN_STEP = 256;

/** With a look at each row: how many are wanted is known exactly. 0.1 to 0.7 us a row where their spans or labels are read. */
class Scan implements Choosing {
  readonly #registry: TaskRegistry;
  readonly #maxTasks: number;
  readonly #filters: RowFilters;
  readonly #random: Random;
  readonly #end: number;
  readonly #leaves: ChosenRow[] = [];
  readonly #joints: ChosenRow[] = [];
  #row = 1;

  constructor(registry: TaskRegistry, maxTasks: number, filters: RowFilters, random: Random) {
    this.#registry = registry;
    this.#maxTasks = maxTasks;
    this.#filters = filters;
    this.#random = random;
    this.#end = registry.end;
  }

  // By number, not by age: rows come and go between two slices.
  slice(deadline: number): RowChoice | undefined {
    while (this.#row < this.#end) {
      const until = Math.min(this.#row + SCAN_STEP, this.#end);
      for (; this.#row < until; this.#row++) this.#look(this.#row);
      if (nowMillis() >= deadline && this.#row < this.#end) return undefined;
    }
    const { isPinned } = this.#filters;
    const [leaves, joints] = [this.#left(this.#leaves), this.#left(this.#joints)];
    const [allLeaves, allJoints] = [leaves.length, joints.length];
    const pick = (rows: ChosenRow[], places: number): Chosen<ChosenRow>[] => {
      const isRare = rareOnes(rows, ({ candidate }) => knownStack(this.#registry, candidate), places);
      const pins = ({ candidate }: ChosenRow): boolean => isPinned?.(candidate) === true;
      return choose(rows, places, [pins, isRare], this.#random);
    };
    const chosenLeaves = pick(leaves, this.#maxTasks);
    const chosenJoints = pick(joints, maxJoints(allJoints, this.#maxTasks));
    return {
      rows: [...chosenLeaves, ...chosenJoints].map(({ candidate: row, probability }) => ({ ...row, probability })),
      leftOut: allLeaves - chosenLeaves.length,
      isComplete: chosenLeaves.length === allLeaves && chosenJoints.length === allJoints,
      wantedShares: [1, 1],
    };
  }

  #look(row: number): void {
    const registry = this.#registry;
    const madeAt = registry.madeAt(row);
    if (madeAt === NONE) return;
    const shape = registry.shape(row);
    if (shape === RowShape.link || !this.#filters.isWanted(row)) return;
    (shape === RowShape.leaf ? this.#leaves : this.#joints).push({ candidate: row, probability: 1, madeAt, shape });
  }

  /** Those that are still the same, the oldest first. */
  #left(rows: readonly ChosenRow[]): ChosenRow[] {
    const registry = this.#registry;
    return rows
      .filter(({ candidate, madeAt }) => registry.madeAt(candidate) === madeAt)
      .sort((a, b) => registry.parkedAt(a.candidate) - registry.parkedAt(b.candidate));
  }
}

/** 0 where it was neither captured nor walked yet, or is no task. */
function knownStack(registry: TaskRegistry, row: number): number {
  const park = registry.known(row);
  return park?.verdict === 'task' ? park.stack : 0;
}

function maxJoints(joints: number, maxTasks: number): number {
  return joints <= maxTasks ? maxTasks : Math.ceil(maxTasks / JOINT_SHARE);
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

/** Whether those that are wanted are a small part is told by so many looks, and taken for it below this share. */
const PILOT_LOOKS = 512;
const RARE_SHARE = 1 / 32;

/** Most random looks for each place of the sample, and in all: 0.2 to 0.5 us each. */
const LOOKS_PER_PLACE = 4;
const MAX_LOOKS = 4_096;

/** Most of the oldest rows that are looked at for the oldest that are wanted. */
const OLDEST_LOOKS = 1_024;

/** By a few random looks, which are not counted: they only decide how to go on. */
function shareOfWanted(registry: TaskRegistry, isWanted: RowFilters['isWanted'], random: Random): number {
  const pilot = chooseAtRandom(registry, RowShape.leaf, PILOT_LOOKS, random);
  return pilot.filter(({ candidate }) => isWanted(candidate)).length / Math.max(pilot.length, 1);
}

/**
 * With a look at a random part of the rows, which stands for the others: double sampling, unbiased whatever the first part finds
 * (Cochran, Sampling Techniques, 1977, 12.1). `share`: about that of the rows which are wanted.
 */
function chooseSearched(
  registry: TaskRegistry,
  maxTasks: number,
  share: number,
  filters: RowFilters,
  random: Random,
): RowChoice {
  const joints = registry.shapes[RowShape.joint]!;
  const found = search(registry, RowShape.leaf, maxTasks, share, filters, random);
  const calls = search(registry, RowShape.joint, maxJoints(joints, maxTasks), share, filters, random);
  return {
    rows: asTheyAre(registry, [...found.chosen, ...calls.chosen]),
    leftOut: Math.max(Math.round(found.all) - found.chosen.length, 0),
    isComplete: false,
    wantedShares: [found.wantedShare, calls.wantedShare],
  };
}

interface Found {
  readonly chosen: readonly Chosen<number>[];
  /** About how many are wanted. */
  readonly all: number;
  /** Share of the random looks that found one. */
  readonly wantedShare: number;
}

function search(
  registry: TaskRegistry,
  shape: number,
  places: number,
  share: number,
  { isWanted, isPinned }: RowFilters,
  random: Random,
): Found {
  const total = registry.shapes[shape]!;
  const certain: number[] = [];
  const passed: number[] = [];
  const most = Math.min(Math.ceil(places / OLDEST_SHARE), maxCertain(places));
  for (const row of oldest(registry, shape, Math.min(total, OLDEST_LOOKS))) {
    if (certain.length === most) break;
    passed.push(row);
    if (isWanted(row)) certain.push(row);
  }
  const rest = total - passed.length;
  const looks = Math.min(rest, Math.ceil(places / share), places * LOOKS_PER_PLACE, MAX_LOOKS);
  const drawn = new Set(passed);
  addRandom(registry, shape, rest, looks, random, drawn);
  const hits = [...drawn].slice(passed.length).filter(isWanted);
  const hitCount = hits.length;
  const ofLooks = rest === 0 ? 1 : looks / rest;
  const chosen = choose(hits, places - certain.length, isPinned ? [isPinned] : [], random).map(
    ({ candidate, probability }) => ({
      candidate,
      probability: probability * ofLooks,
    }),
  );
  return {
    chosen: [...certain.map((candidate) => ({ candidate, probability: 1 })), ...chosen],
    all: certain.length + hitCount / ofLooks,
    wantedShare: looks === 0 ? 1 : hitCount / looks,
  };
}
