import type { Timeline, TimelineSlice } from '../timeline/timeline.ts';
import { ProfileAttribute, toAttributes } from './build.ts';
import type { Attributes, Profile, ProfileSample, TimedValue } from './model.ts';
import { addWhole } from './whole-number.ts';

export const TIMELINE = Object.freeze({ type: 'timeline', unit: 'nanoseconds' });

/** Names of attributes: what a slice is, of the samples; how much there is, of the profile. */
export const TimelineAttribute = {
  /** Number of the task: its track. */
  task: 'taskprof.timeline.task',
  /** Number of the root task that was chosen. */
  root: 'taskprof.timeline.root',
  /** `waiting` or `running`. */
  state: 'taskprof.timeline.state',
  roots: 'taskprof.timeline.roots',
  skippedRoots: 'taskprof.timeline.skipped_roots',
  droppedSlices: 'taskprof.timeline.dropped_slices',
} as const;

/** The `timeline`/`nanoseconds` profile: durations, with the times when they began. Spans are not in it, but links to them. */
export function buildTimelineProfile(timeline: Timeline): Profile {
  const groups = [...Map.groupBy(timeline.slices, identities()).values()];
  return Object.freeze({
    sampleType: TIMELINE,
    periodType: TIMELINE,
    period: 1,
    timeUnixNano: timeline.startTimeUnixNano,
    durationNano: timeline.durationNano,
    attributes: {
      [ProfileAttribute.view]: 'timeline',
      [TimelineAttribute.roots]: timeline.roots,
      [TimelineAttribute.skippedRoots]: timeline.skippedRoots,
      [TimelineAttribute.droppedSlices]: timeline.droppedSlices,
      [ProfileAttribute.sampleAwaitIndex]: groups.map(([first]) => first!.awaitIndex),
    },
    samples: Object.freeze(groups.map((slices) => toSample(slices, timeline.startTimeUnixNano))),
  });
}

/** The same for slices of one sample. Stacks and labels are compared as objects first: equal ones are the same in most cases. */
function identities(): (slice: TimelineSlice) => string {
  const numbers = new Map<unknown, number>();
  const texts = new Map<string, number>();
  const numberOf = (value: object, textOf: () => string): number => {
    let number = numbers.get(value);
    if (number === undefined) {
      const text = textOf();
      texts.set(text, (number = texts.get(text) ?? texts.size));
      numbers.set(value, number);
    }
    return number;
  };
  return ({ task, root, state, stack, labels, span }) => {
    const stackNumber = numberOf(stack, () => `stack ${JSON.stringify(stack)}`);
    const labelNumber = numberOf(labels, () => `labels ${JSON.stringify(toAttributes(labels))}`);
    return `${task} ${root} ${state} ${stackNumber} ${labelNumber} ${span ? span.traceId + span.spanId : ''}`;
  };
}

function toSample(slices: readonly TimelineSlice[], startTimeUnixNano: bigint): ProfileSample {
  const { stack, task, root, state, labels, span } = slices[0]!;
  const timed = slices.map(({ startNano, durationNano }): TimedValue => ({
    timeUnixNano: startTimeUnixNano + BigInt(startNano),
    value: durationNano,
  }));
  const attributes: Attributes = {
    ...toAttributes(labels),
    [TimelineAttribute.task]: task,
    [TimelineAttribute.root]: root,
    [TimelineAttribute.state]: state,
  };
  return {
    stack,
    attributes,
    ...(span && { link: span }),
    value: timed.map(({ value }) => value).reduce(addWhole),
    timed,
  };
}
