import type { TimelineSpan } from '../timeline/timeline.ts';

/** Spans on as few tracks as there have to be, so that on each of them they nest and do not overlap. */
export function spanLanes(spans: readonly TimelineSpan[]): TimelineSpan[][] {
  const lanes: { spans: TimelineSpan[]; open: number[] }[] = [];
  const byTime = spans.toSorted(
    (one, other) => one.startNano - other.startNano || other.durationNano - one.durationNano,
  );
  for (const span of byTime) {
    const end = span.startNano + span.durationNano;
    let lane = lanes.find(({ open }) => takes(open, span.startNano, end));
    if (lane === undefined) lanes.push((lane = { spans: [], open: [] }));
    lane.spans.push(span);
    lane.open.push(end);
  }
  return lanes.map((lane) => lane.spans);
}

/** `open`: ends of what goes on, outer ones first. Lets go of what has ended. */
function takes(open: number[], start: number, end: number): boolean {
  while (open.length > 0 && open.at(-1)! <= start) open.pop();
  return open.length === 0 || end <= open.at(-1)!;
}
