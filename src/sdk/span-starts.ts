import type { Context, Span } from '@opentelemetry/api';
import { tellFault } from '../base/faults.ts';
import { replaceMethod } from './replace-method.ts';

const FAULT = 'the start of a span met an error';

interface SpanProcessor {
  onStart(span: Span, parent: Context): void;
}

export type SpanNote = (span: Span, parent: Context) => void;

/**
 * Hands each span that starts to every one of `notes`, until the returned function is called. A span processor can only
 * be given to the constructor of a provider; the one that hands spans on to all of these is private, and the same in SDK 2 and 3.
 * Where it is not found nothing is noted. What one of them throws `diag` is told.
 */
export function watchSpanStarts(provider: object, notes: readonly SpanNote[]): () => void {
  const { _activeSpanProcessor: processor } = provider as { readonly _activeSpanProcessor?: unknown };
  if (!isSpanProcessor(processor) || !Object.isExtensible(processor)) return () => undefined;
  return replaceMethod(processor, 'onStart', (original, hook) => (span, parent, ...others) => {
    try {
      if (hook.isInPlace) for (const note of notes) tryNote(note, span, parent);
    } catch (thrown) {
      tellFault(FAULT, thrown);
    }
    return original(span, parent, ...others);
  });
}

function tryNote(note: SpanNote, span: unknown, parent: unknown): void {
  try {
    note(span as Span, parent as Context);
  } catch (thrown) {
    // Spans may not be as the SDK has them: they start all the same.
    tellFault(FAULT, thrown);
  }
}

function isSpanProcessor(candidate: unknown): candidate is SpanProcessor {
  return typeof (candidate as Partial<SpanProcessor> | undefined)?.onStart === 'function';
}
