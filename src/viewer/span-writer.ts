import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Span, SpansData } from '../encode/otlp-traces-import.ts';
import { attributesJson, clipped, type Growth, micros } from './limits.ts';
import type { ResourceWriter } from './resource-writer.ts';

const ERROR = 2;
const MAX_EVENTS = 32;

/** Writes spans as rows, and of each trace what a list of them shows; within the transaction of who calls. */
export class SpanWriter {
  readonly #resources: ResourceWriter;
  readonly #insertSpan: StatementSync;
  readonly #upsertTrace: StatementSync;

  constructor(database: DatabaseSync, resources: ResourceWriter) {
    this.#resources = resources;
    // One that comes again is one.
    this.#insertSpan = database.prepare(
      'insert into span values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
    );
    this.#upsertTrace = database.prepare(`
      insert into trace (id, start, end, received, spans, errors, root, resource) values (?, ?, ?, ?, 1, ?, ?, ?)
      on conflict do update set
        start = min(start, excluded.start), end = max(end, excluded.end), received = excluded.received, spans = spans + 1, errors = errors + excluded.errors,
        resource = case when root = '' then excluded.resource else resource end,
        root = case when root = '' then excluded.root else root end`);
  }

  write({ resource, spans }: SpansData, now: number, growth: Growth): void {
    const resourceId = this.#resources.id(resource.attributes, growth);
    for (const span of spans) this.#writeSpan(resourceId, span, now, growth);
  }

  #writeSpan(resource: number, span: Span, now: number, growth: Growth): void {
    const { traceId, spanId, parentSpanId, kind, statusCode } = span;
    const start = span.startTimeUnixNano === 0n ? now : micros(span.startTimeUnixNano);
    const end = Math.max(start, micros(span.endTimeUnixNano));
    const name = clipped(span.name);
    const [attributes, events] = [attributesJson(span.attributes), eventsJson(span)];
    growth.add(200 + name.length + attributes.length + events.length);
    const message = clipped(span.statusMessage);
    const row = [
      traceId,
      spanId,
      parentSpanId,
      name,
      kind,
      start,
      end,
      statusCode,
      message,
      resource,
      attributes,
      events,
    ];
    const { changes } = this.#insertSpan.run(...row.map(safe));
    if (changes === 0) return;
    const errors = statusCode === ERROR ? 1 : 0;
    this.#upsertTrace.run(traceId, start, end, now, errors, parentSpanId === '' ? name : '', resource);
  }
}

/** Enumerations of others may be any number. */
function safe(value: string | number): string | number {
  return typeof value === 'string' || Number.isSafeInteger(value) ? value : 0;
}

function eventsJson({ events }: Span): string {
  return JSON.stringify(
    events.slice(0, MAX_EVENTS).map(({ name, timeUnixNano, attributes }) => ({
      name: clipped(name),
      time: micros(timeUnixNano),
      attributes: JSON.parse(attributesJson(attributes)) as unknown,
    })),
  );
}
