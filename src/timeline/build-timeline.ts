import { nanosOf, unixNanoOf } from '../base/clock.ts';
import type { StackFrame } from '../base/types.ts';
import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { FollowedRoot } from './followed-task.ts';
import type { Slice } from './slice-sink.ts';
import { spanFacts } from './span-reader.ts';
import type { Timeline, TimelineSlice, TimelineSpan } from './timeline.ts';

/** What was recorded between two moments, monotonic milliseconds. */
export interface Recorded {
  readonly from: number;
  readonly to: number;
  readonly slices: readonly Slice[];
  readonly counts: Pick<Timeline, 'roots' | 'skippedRoots' | 'droppedSlices'>;
}

export function buildTimeline({ from, to, slices, counts }: Recorded, keeper: StackKeeper): Timeline {
  const startTimeUnixNano = unixNanoOf(from);
  const stacks = new Map<number, readonly StackFrame[]>();
  const framesOf = (node: number): readonly StackFrame[] => {
    let frames = stacks.get(node);
    if (frames === undefined) stacks.set(node, (frames = keeper.framesOf(node)));
    return frames;
  };
  const roots = new Set(slices.map(({ root }) => root));
  return Object.freeze({
    startTimeUnixNano,
    // Slices begin inside of it.
    durationNano: nanosOf(Math.max(to - from, 1e-6)),
    slices: slices
      .map((slice) => toTimelineSlice(slice, from, framesOf))
      .filter(({ durationNano }) => durationNano > 0)
      .sort((one, other) => one.task - other.task || one.startNano - other.startNano),
    spans: [...roots].sort((one, other) => one.number - other.number).flatMap(spansOf(startTimeUnixNano, from, to)),
    ...counts,
  });
}

function toTimelineSlice(slice: Slice, from: number, framesOf: (node: number) => readonly StackFrame[]): TimelineSlice {
  // Both ends are rounded, so that neighbours meet.
  const startNano = nanosBetween(from, Math.max(slice.startedAt, from));
  return {
    task: slice.task,
    root: slice.root.number,
    state: slice.state,
    startNano,
    durationNano: nanosBetween(from, slice.endedAt) - startNano,
    stack: framesOf(slice.stack),
    awaitIndex: slice.awaitIndex,
    labels: slice.context.labels.values,
    span: slice.context.span,
  };
}

function nanosBetween(from: number, to: number): number {
  return Math.round((to - from) * 1e6);
}

/** Each span once, with the first root that knows it. */
function spansOf(startTimeUnixNano: bigint, from: number, to: number): (root: FollowedRoot) => TimelineSpan[] {
  const seen = new Set<string>();
  const end = nanosBetween(from, to);
  return (root) => {
    const spans: TimelineSpan[] = [];
    for (const span of root.spans.values()) {
      const { traceId, spanId } = span.spanContext();
      const facts = spanFacts(span);
      if (facts === undefined || seen.has(traceId + spanId)) continue;
      seen.add(traceId + spanId);
      const { name, parentSpanId, startUnixNano, endUnixNano } = facts;
      const startNano = Number(startUnixNano - startTimeUnixNano);
      const endNano = endUnixNano === undefined ? end : Number(endUnixNano - startTimeUnixNano);
      const durationNano = Math.max(endNano - startNano, 0);
      const hasEnded = endUnixNano !== undefined;
      spans.push({ root: root.number, traceId, spanId, parentSpanId, name, startNano, durationNano, hasEnded });
    }
    return spans.sort((one, other) => one.startNano - other.startNano || other.durationNano - one.durationNano);
  };
}
