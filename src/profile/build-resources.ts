import type { Random } from '../base/random.ts';
import type { ResourceSample, ResourceSnapshot } from '../snapshot/resource-snapshot.ts';
import { ProfileAttribute, rounded, roundKeepingSums, toAttributes } from './build.ts';
import type { Attributes, Profile, ProfileSample } from './model.ts';

const RESOURCES = { type: 'resources', unit: 'count' } as const;

/** Names of attributes: of the profile, and, where they say what a resource is, of its samples. */
export const ResourceAttribute = {
  totalResources: 'taskprof.resources',
  totalStandardError: 'taskprof.resources.standard_error',
  droppedResources: 'taskprof.dropped_resources',
  /** Estimated resources of each sample, before rounding. */
  sampleResources: 'taskprof.sample.resources',
  /** Nanoseconds. */
  sampleOldestAge: 'taskprof.sample.oldest_age',
  /** Which frame of the stack is the first that is not Node's own. */
  sampleCallerIndex: 'taskprof.sample.caller_index',

  /** As `async_hooks` names it. */
  type: 'taskprof.resource.type',
  /** For people. */
  kind: 'taskprof.resource.kind',
  state: 'taskprof.resource.state',
  /** Whether it keeps the process running: text, because backends take no booleans. */
  referenced: 'taskprof.resource.referenced',
} as const;

/** The `resources`/`count` profile of one moment. */
export function buildResourceProfile(snapshot: ResourceSnapshot, random: Random = Math.random): Profile {
  // Side by side with others of its stack: then rounding keeps the sum of each stack.
  const samples = [...Map.groupBy(snapshot.samples, ({ stack }) => stack).values()].flat();
  const values = roundKeepingSums(
    samples.map(({ resources }) => resources),
    random(),
  );
  return Object.freeze({
    sampleType: RESOURCES,
    periodType: RESOURCES,
    period: 1,
    timeUnixNano: snapshot.timeUnixNano,
    // A duration of 0 is read as ten seconds by some backends.
    durationNano: 1n,
    attributes: { ...profileAttributes(snapshot), ...sampleAttributes(samples) },
    samples: Object.freeze(samples.map((sample, i) => toProfileSample(sample, values[i]!))),
  });
}

function profileAttributes(snapshot: ResourceSnapshot): Attributes {
  return {
    [ProfileAttribute.view]: 'instant',
    [ResourceAttribute.totalResources]: snapshot.totalResources,
    [ResourceAttribute.totalStandardError]: snapshot.totalStandardError,
    [ProfileAttribute.samplingProbability]: snapshot.samplingProbability,
    [ResourceAttribute.droppedResources]: snapshot.droppedResources,
  };
}

/** What a sample's attributes can't hold: each distinct set of those is a series of its own in most backends. */
function sampleAttributes(samples: readonly ResourceSample[]): Attributes {
  return {
    [ResourceAttribute.sampleResources]: samples.map((sample) => rounded(sample.resources)),
    [ProfileAttribute.sampleStandardError]: samples.map((sample) => rounded(sample.standardError)),
    [ResourceAttribute.sampleOldestAge]: samples.map((sample) => rounded(Math.round(sample.oldestAgeMillis * 1e6))),
    [ResourceAttribute.sampleCallerIndex]: samples.map((sample) => sample.callerIndex),
  };
}

function toProfileSample(sample: ResourceSample, value: number): ProfileSample {
  const { stack, labels, span, type, kind, state, referenced } = sample;
  const attributes = {
    ...toAttributes(labels),
    [ResourceAttribute.type]: type,
    [ResourceAttribute.kind]: kind,
    [ResourceAttribute.state]: state,
    [ResourceAttribute.referenced]: String(referenced),
  };
  return span === undefined ? { stack, attributes, value } : { stack, attributes, link: span, value };
}
