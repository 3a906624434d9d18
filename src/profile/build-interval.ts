import type { Random } from '../base/random.ts';
import type { IntervalSnapshot, IntervalTaskSample } from '../snapshot/interval.ts';
import { buildMeanProfile, groupedByStack, ProfileAttribute, rounded } from './build.ts';
import { MEASURES } from './measures.ts';
import type { Attributes, Profile } from './model.ts';

const NANOS_PER_MILLI = 1e6;

/**
 * The profiles of an interval: `tasks`/`count`, its mean, and `wait`/`nanoseconds`, the time that tasks were parked in it. Their
 * samples are the same but for the values: stacks, attributes and links are one object.
 */
export function buildIntervalProfiles(snapshot: IntervalSnapshot, random: Random = Math.random): [Profile, Profile] {
  const tasks = buildMeanProfile(snapshot, random);
  return [tasks, waitProfile(snapshot, tasks)];
}

/** With the samples of `tasks`, the profile of the mean. */
function waitProfile(snapshot: IntervalSnapshot, tasks: Profile): Profile {
  // In the order of the profile's.
  const samples = groupedByStack(snapshot.samples);
  return Object.freeze({
    ...tasks,
    sampleType: MEASURES.wait,
    periodType: MEASURES.wait,
    period: 1,
    attributes: waitAttributes(snapshot, samples, tasks),
    samples: Object.freeze(
      tasks.samples.map((sample, i) => ({ ...sample, value: wholeNanos(samples[i]!.waitMillis) })),
    ),
  });
}

function waitAttributes(
  { samplingProbability, droppedTasks, totalWaitMillis, totalStandardError, durationNano }: IntervalSnapshot,
  samples: readonly IntervalTaskSample[],
  { attributes }: Profile,
): Attributes {
  const nanos = Number(durationNano);
  const { clusterWorkerId, consistency, dutyCycle, sampleOldestWait, sampleAwaitIndex } = ProfileAttribute;
  const shared = [clusterWorkerId, consistency, dutyCycle, sampleOldestWait, sampleAwaitIndex].filter(
    (name) => name in attributes,
  );
  return {
    [ProfileAttribute.view]: 'sum',
    [ProfileAttribute.totalWait]: totalWaitMillis * NANOS_PER_MILLI,
    [ProfileAttribute.totalWaitStandardError]: totalStandardError * nanos,
    [ProfileAttribute.samplingProbability]: samplingProbability,
    [ProfileAttribute.droppedTasks]: droppedTasks,
    [ProfileAttribute.sampleStandardError]: samples.map(({ standardError }) => rounded(standardError * nanos)),
    ...(Object.fromEntries(shared.map((name) => [name, attributes[name]])) as Attributes),
  };
}

/** Beyond 2^53 a number would be written as a double. */
function wholeNanos(millis: number): number | bigint {
  const nanos = Math.round(millis * NANOS_PER_MILLI);
  return Number.isSafeInteger(nanos) ? nanos : BigInt(nanos);
}
