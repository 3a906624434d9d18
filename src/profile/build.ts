import type { Random } from '../base/random.ts';
import { CLUSTER_WORKER_ID } from '../base/cluster-worker.ts';
import { THREAD_ATTRIBUTES } from '../base/thread.ts';
import type { Labels, StackFrame } from '../base/types.ts';
import type { IntervalSnapshot } from '../snapshot/interval.ts';
import type { LostTaskSnapshot } from '../snapshot/lost.ts';
import type { TaskSample, TaskSnapshot } from '../snapshot/task-snapshot.ts';
import { MEASURES } from './measures.ts';
import type { Attributes, Profile, ProfileSample } from './model.ts';

/** Attributes of a profile whose names begin so are arrays parallel to its samples. */
export const SAMPLE_ATTRIBUTE_PREFIX = 'taskprof.sample.';

/** Names of the profile's attributes. */
export const ProfileAttribute = {
  /** `mean`: over the interval of the profile. `sum`: of all that was in it. `instant`: at its time. */
  view: 'taskprof.view',
  /** `moment`: all tasks at one. `slices`: each at its own. `interval`: a mean. */
  consistency: 'taskprof.consistency',
  totalTasks: 'taskprof.tasks',
  totalStandardError: 'taskprof.tasks.standard_error',
  /** Nanoseconds. */
  totalWait: 'taskprof.wait',
  totalWaitStandardError: 'taskprof.wait.standard_error',
  totalLost: 'taskprof.lost',
  totalLostStandardError: 'taskprof.lost.standard_error',
  samplingProbability: 'taskprof.sampling_probability',
  /** Only where it is below 1: the share of the time in which the hooks were on. */
  dutyCycle: 'taskprof.duty_cycle',
  droppedTasks: 'taskprof.dropped_tasks',
  /** Only in a worker of a `node:cluster`. */
  clusterWorkerId: 'taskprof.cluster.worker_id',
  /** Labels left out or cut off by their limits. */
  cutLabels: 'taskprof.cut_labels',
  /** Estimated tasks of each sample, before rounding. */
  sampleTasks: 'taskprof.sample.tasks',
  sampleLost: 'taskprof.sample.lost',
  /** In the unit of the profile. */
  sampleStandardError: 'taskprof.sample.standard_error',
  /** Nanoseconds. */
  sampleOldestWait: 'taskprof.sample.oldest_wait',
  /** Which frame of the stack holds the await. */
  sampleAwaitIndex: 'taskprof.sample.await_index',
} as const;

/** Names of attributes of samples beside their labels. */
export const SampleAttribute = {
  /** Only where it is `true`. */
  stuck: 'taskprof.stuck',
} as const;

/** The `tasks`/`count` profile of the mean over an interval. */
export function buildMeanProfile(snapshot: IntervalSnapshot, random: Random = Math.random): Profile {
  const { startTimeUnixNano, durationNano } = snapshot;
  return build(snapshot, 'mean', startTimeUnixNano, durationNano, random);
}

/** The `tasks`/`count` profile of one moment. */
export function buildInstantProfile(snapshot: TaskSnapshot, random: Random = Math.random): Profile {
  // A duration of 0 is read as ten seconds by some backends.
  return build(snapshot, 'instant', snapshot.timeUnixNano, 1n, random);
}

function build(
  snapshot: TaskSnapshot,
  view: 'mean' | 'instant',
  timeUnixNano: bigint,
  durationNano: bigint,
  random: Random,
): Profile {
  const samples = groupedByStack(snapshot.samples);
  return Object.freeze({
    sampleType: MEASURES.tasks,
    periodType: MEASURES.tasks,
    period: 1,
    timeUnixNano,
    durationNano,
    attributes: { ...profileAttributes(snapshot, view), ...sampleAttributes(samples, ProfileAttribute.sampleTasks) },
    samples: Object.freeze(toProfileSamples(samples, random)),
  });
}

/** The `lost`/`count` profile of a stretch of time. */
export function buildLostProfile(snapshot: LostTaskSnapshot, random: Random = Math.random): Profile {
  const samples = groupedByStack(snapshot.samples);
  return Object.freeze({
    sampleType: MEASURES.lost,
    periodType: MEASURES.lost,
    period: 1,
    timeUnixNano: snapshot.startTimeUnixNano,
    durationNano: snapshot.durationNano,
    attributes: {
      [ProfileAttribute.view]: 'sum',
      [ProfileAttribute.totalLost]: snapshot.totalTasks,
      [ProfileAttribute.totalLostStandardError]: snapshot.totalStandardError,
      [ProfileAttribute.samplingProbability]: snapshot.samplingProbability,
      [ProfileAttribute.droppedTasks]: snapshot.droppedTasks,
      ...CLUSTER_ATTRIBUTES,
      ...sampleAttributes(samples, ProfileAttribute.sampleLost),
    },
    samples: Object.freeze(toProfileSamples(samples, random)),
  });
}

const CLUSTER_ATTRIBUTES: Attributes =
  CLUSTER_WORKER_ID === undefined ? {} : { [ProfileAttribute.clusterWorkerId]: CLUSTER_WORKER_ID };

function profileAttributes(snapshot: TaskSnapshot, view: string): Attributes {
  return {
    [ProfileAttribute.view]: view,
    [ProfileAttribute.consistency]: snapshot.consistency,
    [ProfileAttribute.totalTasks]: snapshot.totalTasks,
    [ProfileAttribute.totalStandardError]: snapshot.totalStandardError,
    [ProfileAttribute.samplingProbability]: snapshot.samplingProbability,
    ...(snapshot.dutyCycle !== undefined && { [ProfileAttribute.dutyCycle]: snapshot.dutyCycle }),
    [ProfileAttribute.droppedTasks]: snapshot.droppedTasks,
    ...CLUSTER_ATTRIBUTES,
    [ProfileAttribute.cutLabels]: snapshot.cutLabels,
  };
}

/** What a sample's attributes can't hold: each distinct set of those is a series of its own in most backends. */
function sampleAttributes(samples: readonly TaskSample[], estimates: string): Attributes {
  return {
    [estimates]: samples.map((sample) => rounded(sample.tasks)),
    [ProfileAttribute.sampleStandardError]: samples.map((sample) => rounded(sample.standardError)),
    [ProfileAttribute.sampleOldestWait]: samples.map((sample) => rounded(Math.round(sample.oldestWaitMillis * 1e6))),
    [ProfileAttribute.sampleAwaitIndex]: samples.map((sample) => sample.awaitIndex),
  };
}

/** To 14 binary digits, 0.003 %: estimates are not that good, and with fewer digits compress to a third. */
export function rounded(value: number): number {
  if (value === 0) return 0;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 13);
  return Math.round(value / unit) * unit;
}

function toProfileSamples(samples: readonly TaskSample[], random: Random): ProfileSample[] {
  const values = roundKeepingSums(
    samples.map(({ tasks }) => tasks),
    random(),
  );
  const attributesOf = new Map<Labels, Attributes>();
  const stuckAttributesOf = new Map<Labels, Attributes>();
  return samples.map(({ stack, labels, span, stuck }, i) => {
    const known = stuck === true ? stuckAttributesOf : attributesOf;
    let attributes = known.get(labels);
    if (attributes === undefined) {
      // Text: backends take no booleans.
      attributes = { ...toAttributes(labels), ...(stuck === true && { [SampleAttribute.stuck]: 'true' }) };
      known.set(labels, attributes);
    }
    const value = values[i]!;
    return span === undefined ? { stack, attributes, value } : { stack, attributes, link: span, value };
  });
}

export function toAttributes(labels: Labels): Attributes {
  const entries = Object.entries(labels).map(([name, label]) => [attributeKey(name), label]);
  return { ...(Object.fromEntries(entries) as Attributes), ...THREAD_ATTRIBUTES };
}

/** Backends take `[A-Za-z_][A-Za-z0-9_.]*`. */
function attributeKey(name: string): string {
  const key = name.replace(/[^A-Za-z0-9_.]/g, '_');
  return /^[A-Za-z_]/.test(key) ? key : `_${key}`;
}

/** Samples of one stack side by side, so that rounding keeps the sum of each stack. */
export function groupedByStack<Sample extends TaskSample>(samples: readonly Sample[]): Sample[] {
  const byStack = new Map<readonly StackFrame[], Sample[]>();
  for (const sample of samples) {
    const group = byStack.get(sample.stack);
    if (group === undefined) byStack.set(sample.stack, [sample]);
    else group.push(sample);
  }
  return [...byStack.values()].flat();
}

/**
 * Values on the wire are whole numbers, while a mean over many spans gives each of them less than one. Rounding the running
 * sum, from a random offset in [0, 1), keeps every single value unbiased and every sum of neighbours within one.
 */
export function roundKeepingSums(amounts: readonly number[], offset: number): number[] {
  let sum = offset;
  return amounts.map((amount) => {
    const before = Math.floor(sum);
    sum += amount;
    return Math.floor(sum) - before;
  });
}
