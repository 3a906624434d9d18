import type { Labels, SpanReference, StackFrame } from '../base/types.ts';

/** A stretch of time of one task: it waits, or it runs. */
export interface TimelineSlice {
  /** Number of the task: its track. Unique in the thread as long as the profiler runs. */
  readonly task: number;
  /** Number of the root task that was chosen: the same for all that it has started. */
  readonly root: number;
  /** Which of them. */
  readonly state: 'waiting' | 'running';
  /** Nanoseconds from the begin of the timeline. */
  readonly startNano: number;
  /** Nanoseconds. */
  readonly durationNano: number;
  /** Leaf first. Waiting: operation, await, callers. Running: the await that it came back from, callers. */
  readonly stack: readonly StackFrame[];
  /** Which frame of the stack holds the await. */
  readonly awaitIndex: number;
  /** Those of the context at its begin. */
  readonly labels: Labels;
  /** The span that was active. */
  readonly span: SpanReference | undefined;
}

/** A span that was active in a followed task, or started in it. */
export interface TimelineSpan extends SpanReference {
  /** Number of the root task in which it was seen. */
  readonly root: number;
  /** undefined for a root span. */
  readonly parentSpanId: string | undefined;
  /** As its tracer named it. */
  readonly name: string;
  /** Nanoseconds from the begin of the timeline; below 0 where it began before. */
  readonly startNano: number;
  /** Until the end of the timeline where it has not ended. */
  readonly durationNano: number;
  /** False where it was still open at the end of the timeline. */
  readonly hasEnded: boolean;
}

/** What the followed tasks did from one moment to another. Immutable. */
export interface Timeline {
  /** Nanoseconds since 1970. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds. */
  readonly durationNano: bigint;
  /** By task, then by time. Slices of one task do not overlap. What goes on at either end of the timeline is cut off there. */
  readonly slices: readonly TimelineSlice[];
  /** By root, then by time. */
  readonly spans: readonly TimelineSpan[];
  /** Roots that were chosen since its begin, and followed. */
  readonly roots: number;
  /** Roots that were chosen, and not followed or not to their end: the budget was used up. */
  readonly skippedRoots: number;
  /** Slices that there was no room for. */
  readonly droppedSlices: number;
}
