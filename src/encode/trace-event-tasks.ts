import type { SpanReference, StackFrame } from '../base/types.ts';
import { ProfileAttribute } from '../profile/build.ts';
import { TimelineAttribute } from '../profile/build-timeline.ts';
import { framesOf } from '../profile/location.ts';
import type { AttributesWithUnits, Profile, ProfileSample } from '../profile/model.ts';
import type { TimelineSpan } from '../timeline/timeline.ts';

/** A stretch of time of a task. */
export interface TaskSlice {
  /** What it does: `await Pool.connect`, `running`. */
  readonly name: string;
  readonly state: string;
  readonly startNano: number;
  readonly durationNano: number;
  /** Where the await is. */
  readonly at: string;
  /** What it waits for, innermost first, in words. */
  readonly operation: readonly string[];
  /** The function that awaits and its callers, innermost first; without those of Node and of packages at the outer end. */
  readonly calls: readonly StackFrame[];
  readonly attributes: AttributesWithUnits;
  readonly link: SpanReference | undefined;
}

/** One track. */
export interface TraceTask {
  readonly number: number;
  readonly root: number;
  readonly name: string;
  /** In the order of time. They do not overlap. */
  readonly slices: readonly TaskSlice[];
}

const OWN_ATTRIBUTES: readonly string[] = [TimelineAttribute.task, TimelineAttribute.root, TimelineAttribute.state];

/** The tasks of a timeline, in the order of their numbers. */
export function traceTasks(profile: Profile): TraceTask[] {
  const awaitIndices = profile.attributes[ProfileAttribute.sampleAwaitIndex];
  const byTask = new Map<number, { root: number; slices: TaskSlice[] }>();
  for (const [index, sample] of profile.samples.entries()) {
    const number = Number(sample.attributes[TimelineAttribute.task] ?? 0);
    let task = byTask.get(number);
    if (task === undefined) {
      byTask.set(number, (task = { root: Number(sample.attributes[TimelineAttribute.root] ?? 0), slices: [] }));
    }
    const awaitIndex = Array.isArray(awaitIndices) ? Number(awaitIndices[index] ?? 0) : 0;
    addSlices(task.slices, sample, awaitIndex, profile.timeUnixNano);
  }
  return [...byTask]
    .map(([number, { root, slices }]) => {
      slices.sort((one, other) => one.startNano - other.startNano);
      return { number, root, name: taskName(number, slices), slices };
    })
    .sort((one, other) => one.number - other.number);
}

/** What a root is called: by its route, or by the span that it began with, and the begin of its trace's id. */
export function rootName(root: number, tasks: readonly TraceTask[], spans: readonly TimelineSpan[]): string {
  const links = tasks.flatMap(({ slices }) => slices.map(({ link }) => link));
  const traceId = spans[0]?.traceId ?? links.find((link) => link !== undefined)?.traceId;
  const name = spans[0]?.name ?? routeOf(tasks) ?? `root ${root}`;
  return traceId === undefined ? name : `${name} ${traceId.slice(0, 8)}`;
}

function routeOf(tasks: readonly TraceTask[]): string | undefined {
  for (const { slices } of tasks) {
    for (const { attributes } of slices) {
      const route = attributes['http.route'];
      if (typeof route === 'string') return route;
    }
  }
  return undefined;
}

function addSlices(slices: TaskSlice[], sample: ProfileSample, awaitIndex: number, begin: bigint): void {
  const { attributes, link, timed = [] } = sample;
  const state = attributes[TimelineAttribute.state] === 'running' ? 'running' : 'waiting';
  const frames = sample.stack.flatMap(framesOf);
  const operation = frames.slice(0, awaitIndex);
  const calls = withoutPlumbing(frames.slice(awaitIndex));
  const labels = Object.fromEntries(Object.entries(attributes).filter(([name]) => !OWN_ATTRIBUTES.includes(name)));
  const name = state === 'running' ? state : ['await', operation.at(-1)?.functionName ?? ''].join(' ').trimEnd();
  for (const { timeUnixNano, value } of timed) {
    slices.push({
      name,
      state,
      startNano: Number(timeUnixNano - begin),
      durationNano: Number(value),
      at: calls[0] ? placeOf(calls[0]) : '',
      operation: operation.map((frame) => `${frame.functionName} ${placeOf(frame)}`.trimEnd()),
      calls,
      attributes: labels,
      link,
    });
  }
}

/** How a task was begun, by Node, a server, a framework, is the same for all; where there is nothing else it stays. */
function withoutPlumbing(frames: readonly StackFrame[]): readonly StackFrame[] {
  const last = frames.findLastIndex(({ file }) => file !== '' && !/^node:|[\\/]node_modules[\\/]/.test(file));
  return last < 0 ? frames : frames.slice(0, last + 1);
}

function taskName(number: number, slices: readonly TaskSlice[]): string {
  const outermost = slices[0]?.calls.at(-1)?.functionName ?? '';
  return `task ${number} ${outermost}`.trimEnd();
}

export function placeOf({ file, line, column }: StackFrame): string {
  return file === '' ? '' : `${file}:${line}:${column}`;
}
