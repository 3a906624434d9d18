import { buildTimelineProfile } from '../profile/build-timeline.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { encodeTraceEvents } from './trace-event.ts';

/** A timeline, with its spans, as a JSON file for Perfetto and chrome://tracing. In one go, some 5 us for each slice. */
export function timelineToTraceEvents(timeline: Timeline): Uint8Array {
  return encodeTraceEvents(buildTimelineProfile(timeline), timeline.spans);
}
