import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { SampleAttribute } from '../profile/build.ts';
import { RequestError } from '../debug/request-error.ts';
import type { TaskRow, TasksData } from './page-data.ts';
import type { Selection } from './selection.ts';
import { isMeanType, selectionSql, typeOf } from './selection-sql.ts';
import { SharedStacks } from './stack-frames.ts';

/** How rows may be ordered, by what the page calls it. */
const ORDERS: Readonly<Record<string, string>> = {
  state: 'type',
  tasks: 'it.value',
  wait: 'it.wait',
  stack: 'frame.function',
  service: 'resource.service',
  labels: 'labels.identity',
  trace: 'span_name',
};

const MAX_ROWS = 500;

/** What a sample of the type is: those of the others are named by their type. */
const STATES: Readonly<Record<string, string>> = { tasks: 'parked' };
/** Shown beside each other. */
const TASK_TYPES = ['tasks', 'lost'];

export interface TaskOrder {
  readonly by: string;
  readonly isDescending: boolean;
}

/** Throws a {@link RequestError}. */
export function taskOrderOf(parameters: URLSearchParams): TaskOrder {
  const by = parameters.get('sort') ?? 'wait';
  if (!Object.hasOwn(ORDERS, by))
    throw new RequestError(400, `"sort" must be one of ${Object.keys(ORDERS).join(', ')}`);
  return { by, isDescending: parameters.get('direction') !== 'ascending' };
}

/**
 * Tasks as they were seen last in the range, by process: of means the newest profile. What counts over time (lost tasks) is of the
 * whole range.
 */
export function tasksOf(database: DatabaseSync, selection: Selection, order: TaskOrder): TasksData | undefined {
  const valueType = typeOf(database, selection);
  if (valueType === undefined) return undefined;
  const types = valueType.type === 'tasks' ? TASK_TYPES : [valueType.type];
  const stacks = new SharedStacks(database);
  const found = types.map((type) => rowsOf(database, selection, type, order, stacks));
  const rows = sorted(
    found.flatMap(({ rows: ofType }) => ofType),
    order,
    stacks,
  );
  const [first] = found;
  return {
    time: first!.time,
    unit: valueType.unit,
    total: first!.total,
    rows,
    stacks: stacks.frames,
    rowCount: found.reduce((sum, { count }) => sum + count, 0),
  };
}

function rowsOf(
  database: DatabaseSync,
  selection: Selection,
  type: string,
  { by, isDescending }: TaskOrder,
  stacks: SharedStacks,
): { time: number; total: number; count: number; rows: TaskRow[] } {
  const { tables, condition, samples, parameters } = selectionSql(database, selection, type);
  const latest = isMeanType(type)
    ? 'select id, series from chosen where (slot, end) in (select slot, max(end) from chosen group by slot)'
    : 'select id, series from chosen';
  const seen = `with recursive ${tables}, latest as materialized (${latest})`;
  const sums = database
    .prepare(
      `${seen} select count(*) as count, total(it.value) as total, (select max(end) from chosen) as time
       from latest join ${samples} on it.profile = latest.id where ${condition}`,
    )
    .get(parameters)!;
  const direction = isDescending ? 'desc' : 'asc';
  const rows = database
    .prepare(
      `${seen}
       select it.stack, it.value, it.standard_error, it.wait, it.await_index, it.trace, it.span, labels.identity as labels,
         resource.service, span.name as span_name,
         iif(it.labels in (select labels from label where name = '${SampleAttribute.stuck}' and value = 'true'), 'stuck', $type) as type
       from latest join ${samples} on it.profile = latest.id join labels on labels.id = it.labels
         join series on series.id = latest.series join resource on resource.id = series.resource
         left join stack on stack.id = it.stack left join frame on frame.id = stack.frame
         left join span on span.trace = it.trace and span.id = it.span
       where ${condition} order by ${ORDERS[by]!} ${direction} nulls last, it.value desc limit ${MAX_ROWS}`,
    )
    .all(parameters);
  return {
    time: Number(sums.time ?? 0),
    total: Number(sums.total),
    count: Number(sums.count),
    rows: rows.map((row) => toTaskRow(row, stacks)),
  };
}

function toTaskRow(row: Record<string, SQLOutputValue>, stacks: SharedStacks): TaskRow {
  const type = String(row.type);
  return {
    state: STATES[type] ?? type,
    tasks: Number(row.value),
    standardError: Number(row.standard_error),
    ...(row.wait !== null && { wait: Number(row.wait) }),
    stack: stacks.indexOf(Number(row.stack)),
    ...(row.await_index !== null && { awaitIndex: Number(row.await_index) }),
    labels: JSON.parse(String(row.labels)) as TaskRow['labels'],
    service: String(row.service),
    ...(row.trace !== null && { traceId: row.trace as string, spanId: String(row.span) }),
    ...(row.span_name !== null && { spanName: row.span_name as string }),
  };
}

const KEYS: Readonly<Record<string, (row: TaskRow, stacks: SharedStacks) => string | number>> = {
  state: ({ state }) => state,
  tasks: ({ tasks }) => tasks,
  wait: ({ wait }) => wait ?? -1,
  stack: ({ stack }, { frames }) => frames[stack]?.[0]?.name ?? '',
  service: ({ service }) => service,
  labels: ({ labels }) => JSON.stringify(labels),
  trace: ({ spanName }) => spanName ?? '',
};

/** Rows of several types, each of them in order. */
function sorted(rows: readonly TaskRow[], { by, isDescending }: TaskOrder, stacks: SharedStacks): TaskRow[] {
  const key = KEYS[by]!;
  const compare = (a: TaskRow, b: TaskRow): number => {
    const [ofA, ofB] = [key(a, stacks), key(b, stacks)];
    return ofA < ofB ? -1 : ofA > ofB ? 1 : 0;
  };
  return rows.toSorted((a, b) => (isDescending ? compare(b, a) : compare(a, b))).slice(0, MAX_ROWS);
}
