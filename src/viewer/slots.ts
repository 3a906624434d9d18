import type { DatabaseSync } from 'node:sqlite';
import type { SqlPart } from './sql-part.ts';

/** Profiles that are shorter are of a moment: they say nothing of how long a process was there. */
const MOMENT = 1e6;

interface Span {
  readonly series: number;
  readonly process: string;
  readonly start: number;
  readonly end: number;
  readonly isLasting: boolean;
}

/**
 * Pairs of a series and a slot, as JSON. A process that began when another of its service had ended stands in its place: after a restart
 * there are not twice as many tasks. `found` is the table of profiles.
 */
export function slotsOf(database: DatabaseSync, { tables, parameters }: SqlPart): string {
  const spans = database
    .prepare(
      `with recursive ${tables}
       select found.series, resource.service || char(0) || series.thread as process, min(found.start) as start, max(found.end) as end,
         max(found.end - found.start) >= ${MOMENT} as isLasting
       from found join series on series.id = found.series join resource on resource.id = series.resource
       group by found.series order by min(found.start), found.series`,
    )
    .all(parameters) as unknown as Span[];
  const pairs: [series: number, slot: number][] = [];
  for (const ofProcess of Map.groupBy(spans, ({ process }) => process).values()) {
    const free: { slot: number; end: number }[] = [];
    for (const { series, start, end, isLasting } of ofProcess) {
      const before = isLasting ? free.find((one) => one.end <= start) : undefined;
      if (before) before.end = end;
      else if (isLasting) free.push({ slot: series, end });
      pairs.push([series, before?.slot ?? series]);
    }
  }
  return JSON.stringify(pairs);
}
