import type { DatabaseSync } from 'node:sqlite';
import { RequestError } from '../debug/request-error.ts';
import type { TraceRow, TracesData } from './page-data.ts';
import type { Selection } from './selection.ts';
import { selectionSql } from './selection-sql.ts';

const MAX_TRACES = 200;

const ORDERS: Readonly<Record<string, string>> = {
  start: 'start',
  duration: 'duration',
  spans: 'spans',
  tasks: 'tasks',
  root: 'root',
};

export interface TraceOrder {
  readonly by: string;
  readonly isDescending: boolean;
}

/** Throws a {@link RequestError}. */
export function traceOrderOf(parameters: URLSearchParams): TraceOrder {
  const by = parameters.get('sort') ?? 'start';
  if (!Object.hasOwn(ORDERS, by))
    throw new RequestError(400, `"sort" must be one of ${Object.keys(ORDERS).join(', ')}`);
  return { by, isDescending: parameters.get('direction') !== 'ascending' };
}

/**
 * Traces in the range, those too of which no span has ended: these are known by their tasks. Filters of stacks and labels choose traces with
 * such tasks.
 */
export function tracesOf(database: DatabaseSync, selection: Selection, { by, isDescending }: TraceOrder): TracesData {
  const { tables, condition, isAll, samples, parameters } = selectionSql(database, selection, 'tasks');
  const { service } = selection;
  const ofService = service === undefined ? '' : 'and resource.service = $service';
  const direction = isDescending ? 'desc' : 'asc';
  const query = `with recursive ${tables},
    seen as materialized (
      select it.trace as id, sum(it.value * (chosen.end = newest.end)) as tasks, max(chosen.end) as end,
        min(chosen.end - coalesce(it.wait, 0)) as start, min(newest.resource) as resource
      from chosen join (
          select chosen.slot, max(chosen.end) as end, max(series.resource) as resource
          from chosen join series on series.id = chosen.series group by chosen.slot
        ) as newest on newest.slot = chosen.slot
        join ${samples} on it.profile = chosen.id
      where it.trace is not null and ${condition} group by it.trace
    ),
    listed as (
      select trace.id, trace.root, resource.service, trace.start, trace.end - trace.start as duration, trace.spans, trace.errors,
        coalesce(seen.tasks, 0) as tasks
      from trace join resource on resource.id = trace.resource ${isAll ? 'left join' : 'join'} seen on seen.id = trace.id
      where trace.end >= $from and trace.start < $to ${ofService}
      union all
      select seen.id, '', resource.service, seen.start, seen.end - seen.start, 0, 0, seen.tasks
      from seen join resource on resource.id = seen.resource where not exists (select 1 from trace where trace.id = seen.id)
    )
    select *, count(*) over () as count from listed order by ${ORDERS[by]!} ${direction}, id limit ${MAX_TRACES}`;
  const rows = database.prepare(query).all(parameters);
  return { rows: rows.map(toTraceRow), count: Number(rows[0]?.count ?? 0) };
}

function toTraceRow(row: Record<string, unknown>): TraceRow {
  return {
    traceId: String(row.id),
    root: String(row.root),
    service: String(row.service),
    start: Number(row.start),
    duration: Number(row.duration),
    spans: Number(row.spans),
    errors: Number(row.errors),
    tasks: Number(row.tasks),
    isOpen: row.root === '' && Number(row.tasks) > 0,
  };
}
