import { isId } from '../profile/check.ts';
import type { Attributes, ProfilesData } from '../profile/model.ts';
import { InvalidOtlpError } from './invalid-otlp.ts';
import { LossList } from './loss-list.ts';
import { readOtlpJson } from './otlp-json-read.ts';
import { readOtlpProtobuf } from './otlp-protobuf-read.ts';
import { readKeyValues, readScope, type TextOf } from './otlp-read-values.ts';
import type { RawMessages, RawSpan } from './otlp-schema.ts';

/** A span that has ended. Ids are lower-case hex, of 32 and 16 digits. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  /** `SpanKind` of the protocol: 1 internal, 2 server, 3 client, 4 producer, 5 consumer; 0 where it is not told. */
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: Attributes;
}

/** The spans of one resource and scope. */
export interface SpansData extends Pick<ProfilesData, 'resource' | 'scope'> {
  readonly spans: readonly Span[];
}

/** Reads an OTLP `ExportTraceServiceRequest` or `TracesData` in protobuf; links and trace states are not kept. Throws an {@link InvalidOtlpError}. */
export function otlpToSpans(bytes: Uint8Array): SpansData[] {
  if (bytes.length === 0) throw new InvalidOtlpError('it is empty');
  const losses = new LossList();
  return importTraces(readOtlpProtobuf(bytes, 'TracesData', losses), losses);
}

/** The same in JSON, as text, in UTF-8, or parsed. */
export function otlpJsonToSpans(json: string | Uint8Array | object): SpansData[] {
  const losses = new LossList();
  return importTraces(readOtlpJson(json, 'TracesData', losses), losses);
}

function importTraces({ resourceSpans = [] }: RawMessages['TracesData'], losses: LossList): SpansData[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const attributes = readKeyValues(resource?.attributes ?? [], noTable, losses);
    return scopeSpans.map(({ scope, spans = [] }) => ({
      resource: { attributes },
      scope: readScope(scope ?? {}, noTable, losses),
      spans: spans.map((span, index) => readSpan(span, `span ${index}`, losses)),
    }));
  });
}

// Traces have no table of strings: 0 says that there is none.
const noTable: TextOf = (index) => {
  if (Number(index) === 0) return '';
  throw new InvalidOtlpError(`string ${String(index)} is not in it: traces have no table of strings`);
};

function readSpan(raw: RawSpan, where: string, losses: LossList): Span {
  return {
    traceId: readId(raw.traceId, 32, `${where}: traceId`),
    spanId: readId(raw.spanId, 16, `${where}: spanId`),
    parentSpanId: raw.parentSpanId?.length ? readId(raw.parentSpanId, 16, `${where}: parentSpanId`) : '',
    name: raw.name ?? '',
    kind: Number(raw.kind ?? 0),
    startTimeUnixNano: BigInt(raw.startTimeUnixNano ?? 0),
    endTimeUnixNano: BigInt(raw.endTimeUnixNano ?? 0),
    attributes: readKeyValues(raw.attributes ?? [], noTable, losses),
    events: (raw.events ?? []).map(({ name = '', timeUnixNano = 0, attributes = [] }) => ({
      name,
      timeUnixNano: BigInt(timeUnixNano),
      attributes: readKeyValues(attributes, noTable, losses),
    })),
    statusCode: Number(raw.status?.code ?? 0),
    statusMessage: raw.status?.message ?? '',
  };
}

function readId(bytes: Uint8Array = new Uint8Array(), digits: 32 | 16, where: string): string {
  const id = Buffer.from(bytes).toString('hex');
  if (isId(id, digits)) return id;
  throw new InvalidOtlpError(`${where} must be ${digits / 2} bytes that are not all 0, got ${id.length / 2} bytes`);
}
