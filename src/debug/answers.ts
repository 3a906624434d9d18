import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import { profileToFolded } from '../encode/folded.ts';
import { encodeOtlpJson } from '../encode/otlp-json.ts';
import { encodeOtlpProtobufInSteps } from '../encode/otlp-protobuf.ts';
import { encodePprof } from '../encode/pprof.ts';
import { buildInstantProfile, buildLostProfile } from '../profile/build.ts';
import { buildIntervalProfiles } from '../profile/build-interval.ts';
import type { Measure } from '../profile/measures.ts';
import type { Attributes, Profile, ProfilesData } from '../profile/model.ts';
import { groupTasks } from '../snapshot/build-snapshot.ts';
import { groupLost } from '../snapshot/lost.ts';
import { groupInterval } from '../snapshot/interval.ts';
import type { AnswerName } from './answer-names.ts';
import type { CollectedTasks } from './collect.ts';
import { snapshotJson } from './snapshot-json.ts';
import { stacksText } from './stacks-text.ts';
import { tasksText } from './tasks-text.ts';

/** Who is profiled, for answers that say it. */
export type ResourceSource = () => Attributes | Promise<Attributes>;

/** A way to write an answer: as texts in many small steps, or at once. `sampleType` is what was asked for, if anything. */
export interface Answer {
  readonly contentType: string;
  readonly fileName?: string;
  readonly steps?: (list: CollectedTasks, sampleType?: Measure) => Iterator<string>;
  readonly encode?: (
    profiles: readonly [Profile, ...Profile[]],
    resource: ResourceSource,
  ) => Uint8Array | string | Promise<Uint8Array>;
}

const TEXT = 'text/plain; charset=utf-8';

export const ANSWERS: Readonly<Record<AnswerName, Answer>> = {
  // Names and types as of Go's endpoint, which `go tool pprof` and others know.
  pprof: {
    contentType: 'application/octet-stream',
    fileName: 'tasks.pb.gz',
    encode: (profiles) => encodePprof(profiles, profiles[0].sampleType.type),
  },
  json: { contentType: 'application/json', steps: snapshotJson },
  folded: { contentType: TEXT, encode: ([profile]) => profileToFolded(profile) },
  otlp: {
    contentType: 'application/x-protobuf',
    encode: async (profiles, resource) => encodeOtlpProtobufInSteps(await dataOf(profiles, resource)),
  },
  'otlp-json': {
    contentType: 'application/json',
    encode: async (profiles, resource) => encodeOtlpJson(await dataOf(profiles, resource)),
  },
  stacks: { contentType: TEXT, steps: stacksText },
  tasks: { contentType: TEXT, steps: tasksText },
};

/** The profiles of a list: of one type where it is asked for, else of all, tasks first. */
export function profilesOf(list: CollectedTasks, sampleType: Measure | undefined): [Profile, ...Profile[]] {
  if ('lost' in list) return [buildLostProfile(groupLost(list))];
  if (!('durationNano' in list)) return [buildInstantProfile(groupTasks(list))];
  const [tasks, wait] = buildIntervalProfiles(groupInterval(list));
  if (sampleType === undefined) return [tasks, wait];
  return [sampleType === 'wait' ? wait : tasks];
}

async function dataOf(profiles: readonly Profile[], resource: ResourceSource): Promise<ProfilesData> {
  return { resource: { attributes: await resource() }, scope: INSTRUMENTATION_SCOPE, profiles };
}
