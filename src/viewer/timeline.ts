import type { DatabaseSync } from 'node:sqlite';
import type { TimelineData } from './page-data.ts';
import type { Selection } from './selection.ts';
import { isMeanType, selectionSql, type SelectionSql, typeOf } from './selection-sql.ts';
import { StackFrames } from './stack-frames.ts';
import { stackSums } from './stack-sums.ts';

const TOP_STACKS = 7;
const MAX_STEPS = 240;
const SECOND = 1e6;
const MAX_JITTER = 0.1;

interface ProfileTime {
  readonly series: number;
  readonly start: number;
  readonly end: number;
  readonly total: number;
}

/** Values over time, of the stacks that have most and of all others. */
export function timelineOf(database: DatabaseSync, selection: Selection): TimelineData | undefined {
  const valueType = typeOf(database, selection);
  if (valueType === undefined) return undefined;
  const sql = selectionSql(database, selection, valueType.type);
  const profiles = profilesOf(database, sql);
  if (profiles.size === 0) return { unit: valueType.unit, start: 0, end: 0, times: [], step: SECOND, series: [] };
  const steps = new Steps([...profiles.values()], isMeanType(valueType.type));
  const sums = stackSums(database, selection, valueType.type);
  const top = topStacks(sums);
  const values = valuesOf(database, sql, top, sql.isAll ? top : [...sums.keys()]);
  const totals = steps.values(profiles, sql.isAll ? totalsOf(profiles) : values.all);
  const series = top.map((stack) => steps.values(profiles, values.ofStacks.get(stack)!));
  const others = totals.map((total, at) =>
    total === null ? null : Math.max(0, total - series.reduce((sum, values) => sum + (values[at] ?? 0), 0)),
  );
  const frames = new StackFrames(database);
  const hasOthers = others.some((value, at) => value !== null && value > 1e-6 * (totals[at] ?? 0));
  return {
    unit: valueType.unit,
    start: steps.start,
    end: steps.start + steps.count * steps.length,
    times: Array.from({ length: steps.count }, (_, at) => steps.start + at * steps.length),
    step: steps.length,
    series: [
      ...top.map((stack, index) => ({ frames: frames.of(stack), values: series[index]! })),
      ...(hasOthers || top.length === 0 ? [{ frames: [], values: others }] : []),
    ],
  };
}

function profilesOf(
  database: DatabaseSync,
  { profiles: { tables, parameters } }: SelectionSql,
): Map<number, ProfileTime> {
  const rows = database
    .prepare(`with recursive ${tables} select id, slot as series, start, end, total from chosen`)
    .all(parameters);
  return new Map(rows.map((row) => [Number(row.id), row as unknown as ProfileTime]));
}

function totalsOf(profiles: ReadonlyMap<number, ProfileTime>): Map<number, number> {
  return new Map([...profiles].map(([id, { total }]) => [id, total]));
}

function topStacks(sums: ReadonlyMap<number, number>): number[] {
  return [...sums]
    .toSorted(([a, sumA], [b, sumB]) => sumB - sumA || a - b)
    .slice(0, TOP_STACKS)
    .map(([stack]) => stack);
}

/** So many are looked up one by one in each profile; more cost less where all are read. */
const MAX_LOOKED_UP = 50;

/** By profile: of the `top` stacks each, and of all those of `used` together. */
function valuesOf(
  database: DatabaseSync,
  { tables, condition, source, parameters }: SelectionSql,
  top: readonly number[],
  used: readonly number[],
): { all: Map<number, number>; ofStacks: Map<number, Map<number, number>> } {
  const ofUsed = used.length <= MAX_LOOKED_UP ? `it.stack in (${used.join()})` : 'true';
  const rows = database
    .prepare(
      `with recursive ${tables}
       select it.profile, iif(it.stack in (${top.join()}), it.stack, null) as one, sum(it.value) as value
       from chosen join ${source} on it.profile = chosen.id
       where ${condition} and ${ofUsed} group by it.profile, one`,
    )
    .all(parameters);
  const all = new Map<number, number>();
  const ofStacks = new Map(top.map((stack) => [stack, new Map<number, number>()]));
  for (const row of rows) {
    const [profile, value] = [Number(row.profile), Number(row.value)];
    all.set(profile, (all.get(profile) ?? 0) + value);
    if (row.one !== null) ofStacks.get(Number(row.one))?.set(profile, value);
  }
  return { all, ofStacks };
}

/** Equal stretches of time, none shorter than what lies between two profiles. */
class Steps {
  readonly start: number;
  readonly length: number;
  readonly count: number;
  readonly #isMean: boolean;

  constructor(profiles: readonly ProfileTime[], isMean: boolean) {
    const start = Math.min(...extremes(profiles, 'start'));
    const end = Math.max(...extremes(profiles, 'end'), start + 1);
    this.length = Math.ceil(Math.max((end - start) / MAX_STEPS, intervalOf(profiles), SECOND));
    this.start = start;
    // Profiles do not begin to the microsecond: what little of the last goes beyond has no step of its own.
    this.count = Math.max(1, Math.ceil((end - start) / this.length - MAX_JITTER));
    this.#isMean = isMean;
  }

  /** Of a mean: of each series the mean of the profiles that overlap the step, and the sum of those. Of others: the sum, by their shares. */
  values(profiles: ReadonlyMap<number, ProfileTime>, values: ReadonlyMap<number, number>): (number | null)[] {
    const sums = new Map<number, { sum: Float64Array; weight: Float64Array; times: Set<string> }>();
    for (const [id, profile] of profiles) {
      let ofSeries = sums.get(profile.series);
      if (ofSeries === undefined) {
        ofSeries = { sum: new Float64Array(this.count), weight: new Float64Array(this.count), times: new Set() };
        sums.set(profile.series, ofSeries);
      }
      // What a profile was split into for its size counts as one.
      const time = `${profile.start} ${profile.end}`;
      const isPart = ofSeries.times.has(time);
      ofSeries.times.add(time);
      for (const [step, share, ofProfile] of this.#overlaps(profile)) {
        ofSeries.sum[step]! += (values.get(id) ?? 0) * (this.#isMean ? share : ofProfile);
        if (!isPart) ofSeries.weight[step]! += share;
      }
    }
    return Array.from({ length: this.count }, (_, step) => {
      const known = [...sums.values()].filter(({ weight }) => weight[step]! > 0);
      if (known.length === 0) return null;
      return known.reduce((total, { sum, weight }) => total + sum[step]! / (this.#isMean ? weight[step]! : 1), 0);
    });
  }

  /** Steps, how much of each the profile covers, and how much of the profile that is. */
  *#overlaps({ start, end }: ProfileTime): Generator<readonly [step: number, share: number, ofProfile: number]> {
    const length = Math.max(end - start, 1);
    const first = Math.floor((start - this.start) / this.length);
    for (let step = Math.max(first, 0); step < this.count; step++) {
      const from = this.start + step * this.length;
      const overlap = Math.min(from + this.length, start + length) - Math.max(from, start);
      if (overlap <= 0) break;
      yield [step, overlap / this.length, overlap / length];
    }
  }
}

function extremes(profiles: readonly ProfileTime[], key: 'start' | 'end'): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const profile of profiles) {
    least = Math.min(least, profile[key]);
    most = Math.max(most, profile[key]);
  }
  return [least, most];
}

/** Between two profiles of a series, the median. */
function intervalOf(profiles: readonly ProfileTime[]): number {
  const last = new Map<number, number>();
  const gaps: number[] = [];
  for (const { series, end } of profiles.toSorted((a, b) => a.end - b.end)) {
    const before = last.get(series);
    if (before !== undefined && end > before) gaps.push(end - before);
    last.set(series, end);
  }
  return gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0;
}
