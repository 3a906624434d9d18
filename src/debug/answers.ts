import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import { profileToFolded } from '../encode/folded.ts';
import { encodeOtlpJson } from '../encode/otlp-json.ts';
import { encodeOtlpProtobufInSteps } from '../encode/otlp-protobuf.ts';
import { encodePprof } from '../encode/pprof.ts';
import { traceEventSteps } from '../encode/trace-event.ts';
import { buildTimelineProfile } from '../profile/build-timeline.ts';
import { buildInstantProfile, buildMeanProfile } from '../profile/build.ts';
import type { Attributes, Profile, ProfilesData } from '../profile/model.ts';
import { groupTasks } from '../snapshot/build-snapshot.ts';
import { groupInterval } from '../snapshot/interval.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { AnswerName, TimelineAnswerName } from './answer-names.ts';
import type { CollectedTasks } from './collect.ts';
import { snapshotJson } from './snapshot-json.ts';
import { stacksText } from './stacks-text.ts';
import { tasksText } from './tasks-text.ts';

/** Who is profiled, for answers that say it. */
export type ResourceSource = () => Attributes | Promise<Attributes>;

/** How an answer is told to the client. */
export interface AnswerHead {
  readonly contentType: string;
  readonly fileName?: string;
}

/** A way to write an answer: as texts in many small steps, or at once. */
export interface Answer<Content = CollectedTasks> extends AnswerHead {
  readonly steps?: (content: Content) => Iterator<string>;
  readonly encode?: (content: Content, resource: ResourceSource) => Uint8Array | string | Promise<Uint8Array>;
}

const TEXT = 'text/plain; charset=utf-8';

export const ANSWERS: Readonly<Record<AnswerName, Answer>> = {
  // Names and types as of Go's endpoint, which `go tool pprof` and others know.
  pprof: {
    contentType: 'application/octet-stream',
    fileName: 'tasks.pb.gz',
    encode: (list) => encodePprof([profileOf(list)]),
  },
  json: { contentType: 'application/json', steps: snapshotJson },
  folded: { contentType: TEXT, encode: (list) => profileToFolded(profileOf(list)) },
  otlp: {
    contentType: 'application/x-protobuf',
    encode: async (list, resource) => encodeOtlpProtobufInSteps(await dataOf(profileOf(list), resource)),
  },
  'otlp-json': {
    contentType: 'application/json',
    encode: async (list, resource) => encodeOtlpJson(await dataOf(profileOf(list), resource)),
  },
  stacks: { contentType: TEXT, steps: stacksText },
  tasks: { contentType: TEXT, steps: tasksText },
};

export const TIMELINE_ANSWERS: Readonly<Record<TimelineAnswerName, Answer<Timeline>>> = {
  trace: {
    contentType: 'application/json',
    fileName: 'timeline.trace.json',
    steps: (timeline) => traceEventSteps(buildTimelineProfile(timeline), timeline.spans),
  },
  otlp: {
    contentType: 'application/x-protobuf',
    encode: async (timeline, resource) =>
      encodeOtlpProtobufInSteps(await dataOf(buildTimelineProfile(timeline), resource)),
  },
  'otlp-json': {
    contentType: 'application/json',
    encode: async (timeline, resource) => encodeOtlpJson(await dataOf(buildTimelineProfile(timeline), resource)),
  },
  pprof: {
    contentType: 'application/octet-stream',
    fileName: 'timeline.pb.gz',
    encode: (timeline) => encodePprof([buildTimelineProfile(timeline)]),
  },
  folded: { contentType: TEXT, encode: (timeline) => profileToFolded(buildTimelineProfile(timeline)) },
};

function profileOf(list: CollectedTasks): Profile {
  return 'durationNano' in list ? buildMeanProfile(groupInterval(list)) : buildInstantProfile(groupTasks(list));
}

async function dataOf(profile: Profile, resource: ResourceSource): Promise<ProfilesData> {
  return { resource: { attributes: await resource() }, scope: INSTRUMENTATION_SCOPE, profiles: [profile] };
}
