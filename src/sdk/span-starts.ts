import type { Context, Span } from '@opentelemetry/api';
import { noteSpanStart } from '../base/local-root.ts';
import { tellSpanStart } from '../base/started-spans.ts';
import { replaceMethod } from './replace-method.ts';

interface SpanProcessor {
  onStart(span: Span, parent: Context): void;
}

/**
 * Notes the local root of each span that starts, and tells who listens, until the returned function is called: some 0.2 us a span. A span processor can only
 * be given to the constructor of a provider; the one that hands spans on to all of these is private, and the same in SDK 2 and 3.
 * Where it is not found nothing is noted.
 */
export function watchSpanStarts(provider: object): () => void {
  const { _activeSpanProcessor: processor } = provider as { readonly _activeSpanProcessor?: unknown };
  if (!isSpanProcessor(processor) || !Object.isExtensible(processor)) return () => undefined;
  return replaceMethod(processor, 'onStart', (original) => (span, parent, ...others) => {
    note(span, parent);
    return original(span, parent, ...others);
  });
}

function note(span: unknown, parent: unknown): void {
  try {
    noteSpanStart(span as Span, parent as Context);
    tellSpanStart(span as Span);
  } catch {
    // Not as the SDK has them: the span starts all the same.
  }
}

function isSpanProcessor(candidate: unknown): candidate is SpanProcessor {
  return typeof (candidate as Partial<SpanProcessor> | undefined)?.onStart === 'function';
}
