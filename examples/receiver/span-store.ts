import type { SpanReference } from '../../src/base/types.ts';
import type { DecodedSpan } from './decode.ts';

/** Spans by trace and span id, the newest `maxSpans` of them; one takes about 1 KiB. */
export class SpanStore {
  readonly #maxSpans: number;
  readonly #spans = new Map<string, DecodedSpan>();

  constructor(maxSpans: number) {
    this.#maxSpans = maxSpans;
  }

  get size(): number {
    return this.#spans.size;
  }

  add(span: DecodedSpan): void {
    this.#spans.set(keyOf(span), span);
    if (this.#spans.size <= this.#maxSpans) return;
    const [oldest] = this.#spans.keys();
    if (oldest !== undefined) this.#spans.delete(oldest);
  }

  /** The span that a sample links to; undefined where it has not ended yet, was not sampled, or is forgotten. */
  get(reference: SpanReference): DecodedSpan | undefined {
    return this.#spans.get(keyOf(reference));
  }
}

function keyOf({ traceId, spanId }: SpanReference): string {
  return `${traceId}/${spanId}`;
}
