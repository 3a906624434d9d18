import { type Context, type Span, type SpanContext, trace } from '@opentelemetry/api';
import { Given } from './given.ts';

/**
 * A span's local root, in a private field of the span: a WeakMap costs four times as much. An SDK's span does not know its parent,
 * and its context only the span itself. Of the root only the attributes are held, which the SDK goes on writing to, so that no
 * span lives longer for it.
 */
class Rooted extends Given {
  readonly #attributes: object;

  constructor(span: Span, attributes: object) {
    super(span);
    this.#attributes = attributes;
  }

  static attributesOf(span: Span): object | undefined {
    return #attributes in span ? span.#attributes : undefined;
  }
}

/** To be called when a span has started in `parent`. */
export function noteSpanStart(span: Span, parent: Context): void {
  const parentSpan = trace.getSpan(parent);
  if (parentSpan === undefined || parentSpan === span) return;
  const attributes =
    Rooted.attributesOf(parentSpan) ?? (isLocalRoot(parentSpan) ? attributesOf(parentSpan) : undefined);
  // Several profilers may watch.
  if (attributes !== undefined && Rooted.attributesOf(span) === undefined) new Rooted(span, attributes);
}

/** A span that is not noted may have started before anybody watched. */
function isLocalRoot(span: Span): boolean {
  const { parentSpanContext } = span as { readonly parentSpanContext?: SpanContext };
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

/** Of a span whose start was noted and that is not its own local root. */
export function localRootAttributes(span: Span): object | undefined {
  return Rooted.attributesOf(span);
}

/** Of spans that an SDK records in this process; others, those of remote parents among them, do not show any. */
export function attributesOf(span: Span): object | undefined {
  const { attributes } = span as { readonly attributes?: unknown };
  return typeof attributes === 'object' && attributes !== null ? attributes : undefined;
}
