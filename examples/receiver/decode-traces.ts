import type { Attributes, AttributeValue } from '../../src/profile/model.ts';

export interface DecodedSpan {
  /** Lower-case hex, 32 digits. */
  readonly traceId: string;
  /** Lower-case hex, 16 digits. */
  readonly spanId: string;
  /** '' for a root span. */
  readonly parentSpanId: string;
  readonly name: string;
  /** `SpanKind` of the protocol: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Attributes;
}

export interface DecodedResourceSpans {
  readonly resource: Attributes;
  readonly spans: readonly DecodedSpan[];
}

interface JsonAnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number | string;
  doubleValue?: number;
  arrayValue?: { values?: JsonAnyValue[] };
}

interface JsonKeyValue {
  key: string;
  value: JsonAnyValue;
}

interface JsonSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind?: number;
  attributes?: JsonKeyValue[];
}

interface JsonTraceRequest {
  resourceSpans?: { resource?: { attributes?: JsonKeyValue[] }; scopeSpans?: { spans?: JsonSpan[] }[] }[];
}

/** Decodes the body of an OTLP/HTTP trace request in JSON, as `@opentelemetry/exporter-trace-otlp-http` sends it. */
export function decodeTraces(body: Uint8Array): DecodedResourceSpans[] {
  const request = JSON.parse(Buffer.from(body).toString('utf8')) as JsonTraceRequest;
  return (request.resourceSpans ?? []).map(({ resource, scopeSpans }) => ({
    resource: attributesOf(resource?.attributes),
    spans: (scopeSpans ?? []).flatMap(({ spans }) => (spans ?? []).map(decodeSpan)),
  }));
}

function decodeSpan(span: JsonSpan): DecodedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    name: span.name,
    kind: span.kind ?? 0,
    attributes: attributesOf(span.attributes),
  };
}

function attributesOf(keyValues: readonly JsonKeyValue[] = []): Attributes {
  return Object.fromEntries(keyValues.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: JsonAnyValue): AttributeValue {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(valueOf) as readonly string[];
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? '';
}
