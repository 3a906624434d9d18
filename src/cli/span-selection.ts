import type { Span } from '../encode/otlp-traces-import.ts';

/** Which spans of a trace file are meant; all that are given must hold. */
export interface SpanQuery {
  readonly name?: string;
  readonly traceId?: string;
  /** `name=value`: attributes. */
  readonly labels?: readonly string[];
}

export interface SelectedSpans {
  /** The outermost ones: none is inside of another one. */
  readonly spans: readonly Span[];
  /** Theirs, and those of all spans inside of them. */
  readonly spanIds: ReadonlySet<string>;
}

/** Those of a name; without one the first spans of their traces in the file. */
export function selectSpans(all: readonly Span[], query: SpanQuery): SelectedSpans {
  const byId = new Map(all.map((span) => [span.spanId, span]));
  const wanted = new Set(all.filter((span) => isWanted(span, query, byId)));
  const rootOf = memoized((span: Span): Span | undefined => {
    let root: Span | undefined;
    // Bounded: a broken file may have spans inside of themselves.
    for (let at: Span | undefined = span, depth = 0; at && depth < MAX_DEPTH; depth++) {
      if (wanted.has(at)) root = at;
      at = byId.get(at.parentSpanId);
    }
    return root;
  });
  const spans = [...wanted].filter((span) => rootOf(span) === span);
  const inside = all.filter((span) => rootOf(span) !== undefined);
  return { spans, spanIds: new Set(inside.map(({ spanId }) => spanId)) };
}

const MAX_DEPTH = 1_000;

function isWanted(span: Span, { name, traceId, labels = [] }: SpanQuery, byId: ReadonlyMap<string, Span>): boolean {
  if (name === undefined ? byId.has(span.parentSpanId) : span.name !== name) return false;
  if (traceId !== undefined && span.traceId !== traceId) return false;
  return labels.every((label) => {
    const cut = label.indexOf('=');
    const name = label.slice(0, cut);
    return Object.hasOwn(span.attributes, name) && String(span.attributes[name]) === label.slice(cut + 1);
  });
}

function memoized<K, V>(fn: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    if (!known.has(key)) known.set(key, fn(key));
    return known.get(key)!;
  };
}
