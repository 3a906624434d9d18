import type { Span } from '@opentelemetry/api';
import type { CapturedEvent } from '../capture/captured-event.ts';
import type { LateContext } from '../capture/late-context.ts';
import type { SliceSink } from './slice-sink.ts';
import { spanFacts } from './span-reader.ts';

/** Of one root: more are not noted. */
const MAX_SPANS = 128;

/** What was chosen: a task that began outside of any job, or in a context, with all that it starts. */
export class FollowedRoot {
  readonly number: number;
  readonly ref = new WeakRef(this);
  /** Who wants to know. */
  sinks: readonly SliceSink[];
  /** Spans that were active in it or started in it, by id. */
  readonly spans = new Map<string, Span>();
  /** It has become too dear: nothing of it is captured any more. */
  isGivenUp = false;

  constructor(number: number, sinks: readonly SliceSink[]) {
    this.number = number;
    this.sinks = sinks;
  }

  /** Nobody wants to know any more, or nothing more is told. */
  get isDone(): boolean {
    return this.isGivenUp || this.sinks.every(({ isClosed }) => isClosed);
  }

  noteSpan(span: Span): void {
    const { spanId } = span.spanContext();
    if (this.sinks.length > 0 && this.spans.size < MAX_SPANS) this.spans.set(spanId, span);
  }

  /** Parks hold it as long as the application holds their promises: it must not hold what nobody wants to know. */
  leave(sink: SliceSink): void {
    this.sinks = this.sinks.filter((one) => one !== sink);
    if (this.sinks.length === 0) this.spans.clear();
  }

  /** All was told to the only one who wants to know. */
  forgetEndedSpans(): void {
    if (this.sinks.length > 1) return;
    for (const [id, span] of this.spans) if (spanFacts(span)?.endUnixNano !== undefined) this.spans.delete(id);
  }
}

/** A pending await, or a `.then`, of a followed root. Hangs on its promise. */
export class FollowedPark {
  readonly root: FollowedRoot;
  /** Monotonic milliseconds. */
  readonly parkedAt: number;
  /** Until it is classified. */
  event: CapturedEvent | undefined;
  /** The task that goes on when it resumes; of a `.then` only where somebody awaits that. */
  task: FollowedTask | undefined;
  /** Of a `.then`: the await of it. */
  then: FollowedPark | undefined;
  /** Node of the stack table: operation frames, the await, callers. */
  stack = 0;
  /** How many frames from the leaf are the operation. */
  operationFrames = 0;
  lateContext: LateContext | undefined;
  isOver = false;

  constructor(root: FollowedRoot, event: CapturedEvent, parkedAt: number) {
    this.root = root;
    this.event = event;
    this.parkedAt = parkedAt;
  }
}

/** A logical thread: a function that is parked, with those that it is called by. One track. */
export class FollowedTask {
  readonly number: number;
  readonly root: FollowedRoot;
  readonly ref = new WeakRef(this);
  /** The function that is parked, then those that await its call, outwards. Empty: it has ended. */
  parks: FollowedPark[];
  /** Since when it waits; undefined while what it did last is not known. */
  waitingSince: number | undefined;
  /** Its last call has ended and its caller has not gone on yet: most such waits are no more than the turn of a job. */
  isBetweenCalls = false;

  constructor(number: number, root: FollowedRoot, parks: FollowedPark[]) {
    this.number = number;
    this.root = root;
    this.parks = parks;
    for (const park of parks) park.task = this;
  }
}
