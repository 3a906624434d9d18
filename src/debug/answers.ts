import { INSTRUMENTATION_SCOPE } from '../base/scope.ts';
import { profileToFolded } from '../encode/folded.ts';
import { encodeOtlpJson } from '../encode/otlp-json.ts';
import { encodeOtlpProtobufInSteps } from '../encode/otlp-protobuf.ts';
import { encodePprof } from '../encode/pprof.ts';
import { buildInstantProfile, buildMeanProfile } from '../profile/build.ts';
import type { Attributes, Profile, ProfilesData } from '../profile/model.ts';
import { groupTasks } from '../snapshot/build-snapshot.ts';
import { groupInterval } from '../snapshot/interval.ts';
import type { AnswerName } from './answer-names.ts';
import type { CollectedTasks } from './collect.ts';
import { snapshotJson } from './snapshot-json.ts';
import { stacksText } from './stacks-text.ts';
import { tasksText } from './tasks-text.ts';

/** Who is profiled, for answers that say it. */
export type ResourceSource = () => Attributes | Promise<Attributes>;

/** A way to write an answer: as texts in many small steps, or at once. */
export interface Answer {
  readonly contentType: string;
  readonly fileName?: string;
  readonly steps?: (list: CollectedTasks) => Iterator<string>;
  readonly encode?: (list: CollectedTasks, resource: ResourceSource) => Uint8Array | string | Promise<Uint8Array>;
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
    encode: async (list, resource) => encodeOtlpProtobufInSteps(await dataOf(list, resource)),
  },
  'otlp-json': {
    contentType: 'application/json',
    encode: async (list, resource) => encodeOtlpJson(await dataOf(list, resource)),
  },
  stacks: { contentType: TEXT, steps: stacksText },
  tasks: { contentType: TEXT, steps: tasksText },
};

function profileOf(list: CollectedTasks): Profile {
  return 'durationNano' in list ? buildMeanProfile(groupInterval(list)) : buildInstantProfile(groupTasks(list));
}

async function dataOf(list: CollectedTasks, resource: ResourceSource): Promise<ProfilesData> {
  return { resource: { attributes: await resource() }, scope: INSTRUMENTATION_SCOPE, profiles: [profileOf(list)] };
}
