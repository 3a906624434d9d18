import { type Context, type Span, trace } from '@opentelemetry/api';

/**
 * The attributes of the local root span, by span. An SDK's span does not know its parent, and its context only the span itself. Of
 * the root only the attributes are held, which the SDK goes on writing to, so that no span lives longer for it.
 */
const rootAttributes = new WeakMap<Span, object>();

/** To be called when a span has started in `parent`. */
export function noteSpanStart(span: Span, parent: Context): void {
  const parentSpan = trace.getSpan(parent);
  if (parentSpan === undefined || parentSpan === span) return;
  const attributes = rootAttributes.get(parentSpan) ?? attributesOf(parentSpan);
  if (attributes !== undefined) rootAttributes.set(span, attributes);
}

/** Of a span whose start was noted and that is not its own local root. */
export function localRootAttributes(span: Span): object | undefined {
  return rootAttributes.get(span);
}

/** Of spans that an SDK records in this process; others, those of remote parents among them, do not show any. */
export function attributesOf(span: Span): object | undefined {
  const { attributes } = span as { readonly attributes?: unknown };
  return typeof attributes === 'object' && attributes !== null ? attributes : undefined;
}
