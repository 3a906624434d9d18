import { printable } from '../base/errors.ts';
import { ProfileAttribute } from '../profile/build.ts';
import { TIMELINE } from '../profile/build-timeline.ts';
import { InvalidProfileError } from '../profile/invalid-profile.ts';
import type { Profile } from '../profile/model.ts';
import type { TimelineSpan } from '../timeline/timeline.ts';
import { callSlices } from './trace-event-calls.ts';
import { spanLanes } from './trace-event-spans.ts';
import { type TaskSlice, type TraceTask, rootName, traceTasks } from './trace-event-tasks.ts';

/** An event of the Trace Event format, as far as it is written here. Times in whole microseconds from the begin of the timeline. */
export interface TraceEvent {
  readonly name: string;
  /** `X`: a stretch of time. `M`: what a process or a thread is called, and where it stands. */
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Each event in a string of its own, so that a large timeline is written in small steps. Together they are one JSON document. */
export function* traceEventSteps(profile: Profile, spans: readonly TimelineSpan[] = []): Generator<string> {
  checkTimeline(profile);
  yield '{"displayTimeUnit":"ms","traceEvents":[\n';
  let isFirst = true;
  for (const event of traceEvents(profile, spans)) {
    yield (isFirst ? '' : ',\n') + JSON.stringify(event);
    isFirst = false;
  }
  yield `\n],"otherData":${JSON.stringify(otherData(profile))}}\n`;
}

/**
 * A timeline as a JSON file of the Trace Event format, which Perfetto (https://ui.perfetto.dev) and chrome://tracing open. What they
 * call a process is a root task with all that it has started, a thread is one of its tasks, and the spans of its trace stand beside
 * them. On each thread slices nest and do not overlap.
 *
 * @throws InvalidProfileError where it is no timeline
 */
export function encodeTraceEvents(profile: Profile, spans: readonly TimelineSpan[] = []): Uint8Array {
  return Buffer.from([...traceEventSteps(profile, spans)].join(''));
}

function checkTimeline({ sampleType, samples }: Profile): void {
  if (sampleType.type === TIMELINE.type && samples.every(({ timed }) => timed !== undefined)) return;
  throw new InvalidProfileError(`only timelines can be trace events, got a profile of ${printable(sampleType.type)}`);
}

function* traceEvents(profile: Profile, spans: readonly TimelineSpan[]): Generator<TraceEvent> {
  const tasks = Map.groupBy(traceTasks(profile), ({ root }) => root);
  const spansByRoot = Map.groupBy(spans, ({ root }) => root);
  // Numbers of processes and threads are all different: some readers take equal ones for the main thread of a process.
  let id = 0;
  const roots = [...new Set([...tasks.keys(), ...spansByRoot.keys()])].sort((one, other) => one - other);
  for (const root of roots) {
    const ofRoot = tasks.get(root) ?? [];
    const ofSpans = spansByRoot.get(root) ?? [];
    const pid = ++id;
    yield named('process', pid, pid, rootName(root, ofRoot, ofSpans));
    yield sorted('process', pid, pid, root);
    for (const lane of spanLanes(ofSpans)) {
      const tid = ++id;
      yield named('thread', pid, tid, 'spans');
      yield sorted('thread', pid, tid, tid);
      for (const span of lane) yield spanEvent(span, pid, tid);
    }
    for (const task of ofRoot) {
      const tid = ++id;
      yield named('thread', pid, tid, task.name);
      yield sorted('thread', pid, tid, tid);
      yield* taskEvents(task, pid, tid);
    }
  }
}

/** The calls, and in them what was done. */
function* taskEvents(task: TraceTask, pid: number, tid: number): Generator<TraceEvent> {
  for (const { name, startNano, endNano, at } of callSlices(task.slices)) {
    yield complete({ name, cat: 'call', pid, tid, args: { at } }, startNano, endNano - startNano);
  }
  for (const slice of task.slices) {
    yield complete(
      { name: slice.name, cat: slice.state, pid, tid, args: argsOf(slice, task) },
      slice.startNano,
      slice.durationNano,
    );
  }
}

function argsOf({ at, operation, attributes, link }: TaskSlice, { number }: TraceTask): TraceEvent['args'] {
  return {
    task: number,
    at,
    ...(operation.length > 0 && { operation }),
    ...(Object.keys(attributes).length > 0 && { labels: attributes }),
    ...(link && { traceId: link.traceId, spanId: link.spanId }),
  };
}

function spanEvent({ name, startNano, durationNano, ...span }: TimelineSpan, pid: number, tid: number): TraceEvent {
  const { traceId, spanId, parentSpanId, hasEnded } = span;
  const args = { traceId, spanId, ...(parentSpanId && { parentSpanId }), ...(!hasEnded && { hasEnded }) };
  return complete({ name, cat: 'span', pid, tid, args }, startNano, durationNano);
}

/** In whole microseconds: of fractions some readers make nanoseconds in a way that parts ends from begins that were the same. */
function complete(event: Omit<TraceEvent, 'ph' | 'ts' | 'dur'>, startNano: number, durationNano: number): TraceEvent {
  const ts = Math.round(startNano / 1_000);
  return { ...event, ph: 'X', ts, dur: Math.round((startNano + durationNano) / 1_000) - ts };
}

function named(kind: 'process' | 'thread', pid: number, tid: number, name: string): TraceEvent {
  return { name: `${kind}_name`, ph: 'M', pid, tid, args: { name } };
}

function sorted(kind: 'process' | 'thread', pid: number, tid: number, index: number): TraceEvent {
  return { name: `${kind}_sort_index`, ph: 'M', pid, tid, args: { sort_index: index } };
}

/** What readers show of the file as a whole. */
function otherData({ timeUnixNano, durationNano, attributes }: Profile): object {
  const plain = Object.entries(attributes).filter(([name]) => name !== ProfileAttribute.sampleAwaitIndex);
  const texts = plain.map(([name, value]) => [name, typeof value === 'string' ? value : printable(value)]);
  return {
    startTimeUnixNano: timeUnixNano.toString(),
    durationNano: durationNano.toString(),
    ...(Object.fromEntries(texts) as object),
  };
}
