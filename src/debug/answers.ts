import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import { profileToFolded } from '../encode/folded.ts';
import { encodeOtlpJson } from '../encode/otlp-json.ts';
import { encodeOtlpProtobufInSteps } from '../encode/otlp-protobuf.ts';
import { encodePprof } from '../encode/pprof.ts';
import { traceEventSteps } from '../encode/trace-event.ts';
import { buildTimelineProfile } from '../profile/build-timeline.ts';
import { buildInstantProfile, buildLostProfile } from '../profile/build.ts';
import { buildIntervalProfiles } from '../profile/build-interval.ts';
import type { Measure } from '../profile/measures.ts';
import type { Attributes, Profile, ProfilesData } from '../profile/model.ts';
import { profileText } from '../profile/text.ts';
import { groupTasks } from '../snapshot/build-snapshot.ts';
import { groupLost } from '../snapshot/lost.ts';
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

/** Tasks, an on-CPU profile, or both, and what of them was asked for, if anything. */
export interface Collected {
  readonly list: CollectedTasks | undefined;
  readonly cpu: Profile | undefined;
  readonly sampleType: Measure | 'cpu' | undefined;
}

/** A way to write an answer: as texts in many small steps, where it can be, or at once. */
export interface Answer<Content = Collected> extends AnswerHead {
  readonly steps?: (content: Content) => Iterator<string> | undefined;
  readonly encode?: (content: Content, resource: ResourceSource) => Uint8Array | string | Promise<Uint8Array>;
}

const TEXT = 'text/plain; charset=utf-8';

export const ANSWERS: Readonly<Record<AnswerName, Answer>> = {
  // Names and types as of Go's endpoint, which `go tool pprof` and others know.
  pprof: {
    contentType: 'application/octet-stream',
    fileName: 'tasks.pb.gz',
    encode: (content) => {
      const profiles = profilesOf(content);
      return encodePprof(profiles, profiles[0].sampleType.type);
    },
  },
  json: { contentType: 'application/json', steps: ({ list }) => list && snapshotJson(list) },
  folded: { contentType: TEXT, encode: (content) => profileToFolded(profilesOf(content)[0]) },
  otlp: {
    contentType: 'application/x-protobuf',
    encode: async (content, resource) => encodeOtlpProtobufInSteps(await dataOf(profilesOf(content), resource)),
  },
  'otlp-json': {
    contentType: 'application/json',
    encode: async (content, resource) => encodeOtlpJson(await dataOf(profilesOf(content), resource)),
  },
  stacks: {
    contentType: TEXT,
    steps: ({ list, sampleType }) => list && stacksText(list, sampleType === 'cpu' ? undefined : sampleType),
    encode: (content) => profileText(profilesOf(content)[0]),
  },
  tasks: { contentType: TEXT, steps: ({ list }) => list && tasksText(list) },
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
      encodeOtlpProtobufInSteps(await dataOf([buildTimelineProfile(timeline)], resource)),
  },
  'otlp-json': {
    contentType: 'application/json',
    encode: async (timeline, resource) => encodeOtlpJson(await dataOf([buildTimelineProfile(timeline)], resource)),
  },
  pprof: {
    contentType: 'application/octet-stream',
    fileName: 'timeline.pb.gz',
    encode: (timeline) => encodePprof([buildTimelineProfile(timeline)]),
  },
  folded: { contentType: TEXT, encode: (timeline) => profileToFolded(buildTimelineProfile(timeline)) },
};

/** Of one type where it is asked for, else of all, tasks first. */
function profilesOf({ list, cpu, sampleType }: Collected): [Profile, ...Profile[]] {
  const profiles = [...(list ? taskProfiles(list, sampleType) : []), ...(cpu ? [cpu] : [])];
  return profiles as [Profile, ...Profile[]];
}

function taskProfiles(list: CollectedTasks, sampleType: Collected['sampleType']): Profile[] {
  if ('lost' in list) return [buildLostProfile(groupLost(list))];
  if (!('durationNano' in list)) return [buildInstantProfile(groupTasks(list))];
  const [tasks, wait] = buildIntervalProfiles(groupInterval(list));
  if (sampleType === undefined) return [tasks, wait];
  return [sampleType === 'wait' ? wait : tasks];
}

async function dataOf(profiles: readonly Profile[], resource: ResourceSource): Promise<ProfilesData> {
  return { resource: { attributes: await resource() }, scope: INSTRUMENTATION_SCOPE, profiles };
}
