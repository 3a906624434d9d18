import type { Span } from '@opentelemetry/api';

type Listener = (span: Span) => void;

const listeners = new Set<Listener>();

/** `listener` is called for each span that starts, where an SDK's span starts are watched, until the returned function is called. */
export function onSpanStart(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** To be called when a span has started. */
export function tellSpanStart(span: Span): void {
  for (const listener of listeners) listener(span);
}
