import { NoProfileError } from './analyze-error.ts';
import type { FleetFrame } from './fleet-frame.ts';
import { type FleetDatabase, numberOf } from './fleet-database.ts';
import { oneUnit, UNIT_COLUMNS } from './one-unit.ts';
import { compareFrames, framesOfStacks } from './stack-frames.ts';

/** A stack and what all profiles have at it together. */
export interface MergedStack {
  /** Leaf first. */
  readonly frames: readonly FleetFrame[];
  readonly value: number;
  /** In how many profiles it is. */
  readonly profiles: number;
  /** The most in one profile. */
  readonly most: number;
}

export interface MergedProfiles {
  readonly profiles: number;
  readonly total: number;
  readonly unit: string;
  readonly firstUnixNano: bigint;
  readonly lastUnixNano: bigint;
  /** Those with the greatest value first. */
  readonly stacks: readonly MergedStack[];
  /** How many stacks there are, shown or not. */
  readonly stackCount: number;
}

/** All profiles as one; the `limit` stacks with the greatest values. */
export async function mergeProfiles(database: FleetDatabase, limit: number): Promise<MergedProfiles> {
  const { relations: sql } = database;
  const samples = sql.samples({ time: false, keys: [] });
  const [head] = await Array.fromAsync(
    database.rows(`SELECT count(*) AS profiles, ${UNIT_COLUMNS}, ${sql.text('min(time)')} AS first, ${sql.text('max(time)')} AS last
      FROM ${sql.profiles}`),
  );
  if (head === undefined || numberOf(head.profiles) === 0) throw new NoProfileError();
  const unit = oneUnit(head);
  const [sums] = await Array.fromAsync(
    database.rows(`SELECT ${sql.sum('value')} AS total, count(DISTINCT stack) AS stacks FROM ${samples}`),
  );
  const rows = await Array.fromAsync(
    database.rows(
      `SELECT ${sql.text('stack')} AS id, ${sql.sum('amount')} AS total, count(*) AS profiles, ${sql.text('max(amount)')} AS most
      FROM (SELECT stack, profile, sum(value) AS amount FROM ${samples} GROUP BY stack, profile)
      GROUP BY stack ORDER BY sum(amount) DESC, count(*) DESC, max(amount) DESC, stack LIMIT ${sql.parameter('rows', 'integer')}`,
      { rows: { type: 'integer', value: BigInt(limit) } },
    ),
  );
  const frames = await framesOfStacks(
    database,
    rows.map(({ id }) => id as string),
  );
  return {
    profiles: numberOf(head.profiles),
    total: numberOf(sums!.total),
    unit,
    firstUnixNano: BigInt(head.first as string),
    lastUnixNano: BigInt(head.last as string),
    stackCount: numberOf(sums!.stacks),
    stacks: rows
      .map(({ id, total, profiles, most }) => ({
        frames: frames.get(id as string) ?? [],
        value: numberOf(total),
        profiles: numberOf(profiles),
        most: numberOf(most),
      }))
      .sort(byValue),
  };
}

/** Equal ones by their frames: ids are the engine's own. */
function byValue(a: MergedStack, b: MergedStack): number {
  return b.value - a.value || compareFrames(a.frames, b.frames);
}
