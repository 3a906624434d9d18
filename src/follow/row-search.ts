import type { Random } from '../base/random.ts';
import { type Chosen, OLDEST_SHARE, choose, maxCertain } from '../capture/live-sample.ts';
import { type RowChoice, type RowFilters, asTheyAre, maxJoints } from './chosen-row.ts';
import { addRandom, chooseAtRandom, oldest } from './random-rows.ts';
import { RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Whether those that are wanted are a small part is told by so many looks, and taken for it below this share. */
const PILOT_LOOKS = 512;
export const RARE_SHARE = 1 / 32;

/** Most random looks for each place of the sample, and in all: 0.2 to 0.5 us each. */
const LOOKS_PER_PLACE = 4;
const MAX_LOOKS = 4_096;

/** Most of the oldest rows that are looked at for the oldest that are wanted. */
const OLDEST_LOOKS = 1_024;

/** By a few random looks, which are not counted: they only decide how to go on. */
export function shareOfWanted(registry: TaskRegistry, isWanted: RowFilters['isWanted'], random: Random): number {
  const pilot = chooseAtRandom(registry, RowShape.leaf, PILOT_LOOKS, random);
  return pilot.filter(({ candidate }) => isWanted(candidate)).length / Math.max(pilot.length, 1);
}

/**
 * With a look at a random part of the rows, which stands for the others: double sampling, unbiased whatever the first part finds
 * (Cochran, Sampling Techniques, 1977, 12.1). `share`: about that of the rows which are wanted.
 */
export function chooseSearched(
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
