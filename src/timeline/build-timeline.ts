import { nanosOf, unixNanoOf } from '../base/clock.ts';
import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { ShownStack, StackView } from '../frames/stack-view.ts';
import type { FollowedRoot } from './followed-task.ts';
import type { Slice } from './slice-sink.ts';
import { spanFacts } from './span-reader.ts';
import type { Timeline, TimelineSlice, TimelineSpan } from './timeline.ts';

/** SDKs, and we, know the time of day to a millisecond. */
const CLOCK_ERROR_NANO = 2e6;

/** What was recorded between two moments, monotonic milliseconds. */
export interface Recorded {
  readonly from: number;
  readonly to: number;
  readonly slices: readonly Slice[];
  readonly counts: Pick<Timeline, 'roots' | 'skippedRoots' | 'droppedSlices'>;
}

export function buildTimeline({ from, to, slices, counts }: Recorded, keeper: StackKeeper, view: StackView): Timeline {
  const startTimeUnixNano = unixNanoOf(from);
  const stacks = new Map<string, ShownStack>();
  const shown = ({ stack, awaitIndex }: Slice): ShownStack => {
    const key = `${stack} ${awaitIndex}`;
    let known = stacks.get(key);
    if (known === undefined) stacks.set(key, (known = view.stack(keeper.framesOf(stack), awaitIndex)));
    return known;
  };
  const roots = new Set(slices.map(({ root }) => root));
  return Object.freeze({
    startTimeUnixNano,
    // Slices begin inside of it.
    durationNano: nanosOf(Math.max(to - from, 1e-6)),
    slices: slices
      .map((slice) => ({
        ...toTimelineSlice(slice, from, shown(slice)),
        labels: view.labels(slice.context.labels).values,
      }))
      .filter(({ durationNano }) => durationNano > 0)
      .sort((one, other) => one.task - other.task || one.startNano - other.startNano),
    spans: [...roots].sort((one, other) => one.number - other.number).flatMap(spansOf(startTimeUnixNano, from, to)),
    ...counts,
  });
}

function toTimelineSlice(slice: Slice, from: number, { frames, pivot }: ShownStack): Omit<TimelineSlice, 'labels'> {
  // Both ends are rounded, so that neighbours meet.
  const startNano = nanosBetween(from, Math.max(slice.startedAt, from));
  return {
    task: slice.task,
    root: slice.root.number,
    state: slice.state,
    startNano,
    durationNano: nanosBetween(from, slice.endedAt) - startNano,
    stack: frames,
    awaitIndex: pivot,
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
      // The timeline before has told it.
      if (endNano < -CLOCK_ERROR_NANO) continue;
      const durationNano = Math.max(endNano - startNano, 0);
      const hasEnded = endUnixNano !== undefined;
      spans.push({ root: root.number, traceId, spanId, parentSpanId, name, startNano, durationNano, hasEnded });
    }
    return spans.sort((one, other) => one.startNano - other.startNano || other.durationNano - one.durationNano);
  };
}
