import type { Context, Span } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { attributesOf, localRootAttributes } from './local-root.ts';
import type { LabelValue } from './types.ts';

const HTTP_ROUTE = 'http.route';

/** What the context says of the request that it is of. */
interface RequestMetadata {
  readonly span?: Span;
  readonly route?: unknown;
}

/** The attribute of the active span, else of its local root; undefined where neither has a value that a label can have. */
export function spanAttribute(active: Context, span: Span, name: string): LabelValue | undefined {
  return attributeOf(attributesOf(span), name) ?? rootAttribute(active, span, name);
}

/**
 * Where span starts are not noted the context of an HTTP request still knows the local root: the instrumentation of HTTP puts its
 * span there. Those of frameworks add the route, which the span itself gets with the response only.
 */
function rootAttribute(active: Context, span: Span, name: string): LabelValue | undefined {
  const noted = attributeOf(localRootAttributes(span), name);
  if (noted !== undefined) return noted;
  const request = getRPCMetadata(active) as RequestMetadata | undefined;
  const root = request?.span;
  if (root === undefined || !areOfOneTrace(root, span)) return undefined;
  return attributeOf(attributesOf(root), name) ?? (name === HTTP_ROUTE ? labelValueOf(request?.route) : undefined);
}

function areOfOneTrace(one: Span, other: Span): boolean {
  return one === other || one.spanContext().traceId === other.spanContext().traceId;
}

/** Of attributes as an SDK keeps them; undefined where a label can't have such a value. */
export function attributeOf(attributes: object | undefined, name: string): LabelValue | undefined {
  if (attributes === undefined || !Object.hasOwn(attributes, name)) return undefined;
  return labelValueOf((attributes as Record<string, unknown>)[name]);
}

function labelValueOf(value: unknown): LabelValue | undefined {
  // Captured headers are lists, of one value in most cases.
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
