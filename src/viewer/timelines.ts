import type { DatabaseSync } from 'node:sqlite';
import type { TimelinesData, TimelineSlice, TimelineTrack } from './page-data.ts';
import type { Selection } from './selection.ts';
import { selectionSql } from './selection-sql.ts';
import { SharedStacks } from './stack-frames.ts';

const MAX_SLICES = 5_000;

/** Labels that say which task a slice is of (docs/timeline.md). */
const TASK = 'taskprof.timeline.task';
const ROOT = 'taskprof.timeline.root';
const STATE = 'taskprof.timeline.state';

/** Followed tasks, those that one root has started side by side, with what each did when; the first ones of many. */
export function timelinesOf(database: DatabaseSync, selection: Selection): TimelinesData {
  const { tables, condition, samples, parameters } = selectionSql(database, selection, 'timeline');
  const query = `with recursive ${tables}
    select slice.start, slice.duration, it.stack, it.await_index, it.trace, labels.identity as labels, series.id as series,
      resource.service, count(*) over () as count
    from chosen join ${samples} on it.profile = chosen.id join slice on slice.profile = it.profile and slice.position = it.position
      join labels on labels.id = it.labels join series on series.id = chosen.series join resource on resource.id = series.resource
    where slice.start < $to and slice.start + slice.duration >= $from and ${condition}
    order by slice.start limit ${MAX_SLICES}`;
  const rows = database.prepare(query).all(parameters);
  const stacks = new SharedStacks(database);
  const tracks = new Map<string, TimelineTrack & { slices: TimelineSlice[] }>();
  for (const row of rows) {
    const labels = new Map(JSON.parse(String(row.labels)) as [string, string][]);
    const [task, root] = [labels.get(TASK) ?? '', labels.get(ROOT) ?? ''];
    const key = `${Number(row.series)} ${root} ${task}`;
    let track = tracks.get(key);
    if (track === undefined) tracks.set(key, (track = { service: String(row.service), task, root, slices: [] }));
    track.slices.push({
      start: Number(row.start),
      duration: Number(row.duration),
      stack: stacks.indexOf(Number(row.stack)),
      ...(row.await_index !== null && { awaitIndex: Number(row.await_index) }),
      ...(row.trace !== null && { traceId: row.trace as string }),
      state: labels.get(STATE) ?? '',
    });
  }
  const ends = rows.map((row) => Number(row.start) + Number(row.duration));
  return {
    start: Number(rows[0]?.start ?? 0),
    end: ends.reduce((most, end) => Math.max(most, end), 0),
    // Of one root together, in the order in which each began.
    tracks: [...Map.groupBy(tracks.values(), ({ service, root }) => `${service} ${root}`).values()].flat(),
    stacks: stacks.frames,
    hidden: Number(rows[0]?.count ?? 0) - rows.length,
  };
}
