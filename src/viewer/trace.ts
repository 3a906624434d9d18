import type { DatabaseSync } from 'node:sqlite';
import { SampleAttribute } from '../profile/build.ts';
import type { ParkedData, SpanData, TraceData } from './page-data.ts';
import { SharedStacks } from './stack-frames.ts';

const MAX_SPANS = 2_000;
const MAX_PARKED = 20_000;
/** Of one span, those that waited longest. */
const MAX_PARKED_OF_SPAN = 20;

type Row = Record<string, unknown>;
type MutableSpan = SpanData & { parked: ParkedData[] };

/** A trace with the tasks that were parked in its spans; undefined where neither is known. Spans without an end are there by their tasks. */
export function traceOf(database: DatabaseSync, traceId: string): TraceData | undefined {
  const ended = database
    .prepare(
      `select span.*, resource.service from span join resource on resource.id = span.resource
       where trace = ? order by start, span.id limit ${MAX_SPANS}`,
    )
    .all(traceId)
    .map(toSpan);
  const counted = database.prepare('select count(*) as n from span where trace = ?').get(traceId)!;
  const spans = new Map(ended.map((span) => [span.spanId, span]));
  const stacks = new SharedStacks(database);
  addTasks(database, traceId, spans, stacks);
  if (spans.size === 0) return undefined;
  const all = [...spans.values()];
  return {
    traceId,
    start: all.reduce((least, { start }) => Math.min(least, start), Infinity),
    end: all.reduce((most, { end }) => Math.max(most, end), 0),
    spans: inTreeOrder(all),
    hidden: Number(counted.n) - ended.length,
    stacks: stacks.frames,
  };
}

function toSpan(row: Row): MutableSpan {
  return {
    spanId: String(row.id),
    parentSpanId: String(row.parent),
    name: String(row.name),
    service: String(row.service),
    kind: Number(row.kind),
    start: Number(row.start),
    end: Number(row.end),
    hasEnded: true,
    status: Number(row.status),
    message: String(row.message),
    attributes: JSON.parse(String(row.attributes)) as SpanData['attributes'],
    events: JSON.parse(String(row.events)) as SpanData['events'],
    parked: [],
  };
}

const STUCK = JSON.stringify([SampleAttribute.stuck, 'true']);
/** Without what a park becomes while it lasts: no text of JSON has bare quotes in it. */
const LASTING_LABELS = `replace(replace(replace(labels.identity, '${STUCK},', ''), ',${STUCK}', ''), '${STUCK}', '')`;

/** A park that several profiles have seen is one: of a stack in a span, from when it began to when it was seen last. */
function addTasks(
  database: DatabaseSync,
  traceId: string,
  spans: Map<string, MutableSpan>,
  stacks: SharedStacks,
): void {
  const rows = database
    .prepare(
      `select it.span, it.stack, ${LASTING_LABELS} as lasting_labels, max(labels.identity like '%${STUCK}%') as is_stuck, resource.service,
         max(it.value) as tasks, max(it.await_index) as await_index, max(profile.end) as end,
         max(coalesce(it.wait, 0)) as wait, min(profile.end - coalesce(it.wait, 0)) as start, max(profile.view = 'mean') as is_mean
       from series cross join profile on profile.series = series.id
         cross join sample as it indexed by sample_by_trace on it.profile = profile.id
         join resource on resource.id = series.resource join labels on labels.id = it.labels
       where it.trace = ? and series.type = 'tasks'
       group by it.span, it.stack, lasting_labels order by start limit ${MAX_PARKED}`,
    )
    .all(traceId);
  for (const row of rows) {
    const span = spanOf(row, spans);
    if (span === undefined || span.parked.length >= MAX_PARKED_OF_SPAN) continue;
    span.parked.push({
      stack: stacks.indexOf(Number(row.stack)),
      ...(row.await_index !== null && { awaitIndex: Number(row.await_index) }),
      tasks: Number(row.tasks),
      ...parkedTime(row, span),
      labels: labelsOf(row),
    });
  }
}

function labelsOf(row: Row): ParkedData['labels'] {
  const lasting = JSON.parse(String(row.lasting_labels)) as ParkedData['labels'];
  return row.is_stuck === 1 ? [...lasting, [SampleAttribute.stuck, 'true']] : lasting;
}

/**
 * A mean tells how long a task was parked, and that this was before the end of its interval. So where the span ended within it, the park did so
 * as well.
 */
function parkedTime(row: Row, span: SpanData): Pick<ParkedData, 'start' | 'end'> {
  const [start, end] = [Number(row.start), Number(row.end)];
  if (!span.hasEnded || end <= span.end || row.is_mean !== 1) return { start, end };
  return { start: Math.max(span.start, span.end - Number(row.wait)), end: span.end };
}

/** That of the task, or one that stands for what has not ended. */
function spanOf(row: Row, spans: Map<string, MutableSpan>): MutableSpan | undefined {
  const spanId = String(row.span);
  const [start, end] = [Number(row.start), Number(row.end)];
  const known = spans.get(spanId);
  if (known?.hasEnded === true) return known;
  if (known === undefined && spans.size >= MAX_SPANS) return undefined;
  const before = known ?? { start, end, parked: [] };
  const open: MutableSpan = {
    ...{
      spanId,
      parentSpanId: '',
      name: '',
      service: String(row.service),
      kind: 0,
      hasEnded: false,
      status: 0,
      message: '',
    },
    ...{ attributes: {}, events: [], parked: before.parked },
    start: Math.min(before.start, start),
    end: Math.max(before.end, end),
  };
  spans.set(spanId, open);
  return open;
}

/** Parents ahead of their children, without recursion; what has no known parent is a root. */
function inTreeOrder(spans: readonly SpanData[]): TraceData['spans'] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(spans, ({ spanId, parentSpanId }) =>
    known.has(parentSpanId) && parentSpanId !== spanId ? parentSpanId : '',
  );
  const ordered: (SpanData & { depth: number })[] = [];
  const seen = new Set<string>();
  const stack = [...(children.get('') ?? [])].toSorted(byStart).map((span) => ({ span, depth: 0 }));
  stack.reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { span, depth } = next;
    seen.add(span.spanId);
    ordered.push({ ...span, depth });
    const below = (children.get(span.spanId) ?? []).toSorted(byStart).reverse();
    stack.push(...below.map((child) => ({ span: child, depth: depth + 1 })));
  }
  // Spans that are each other's parents.
  return [...ordered, ...spans.filter(({ spanId }) => !seen.has(spanId)).map((span) => ({ ...span, depth: 0 }))];
}

function byStart(a: SpanData, b: SpanData): number {
  return a.start - b.start || (a.spanId < b.spanId ? -1 : 1);
}
