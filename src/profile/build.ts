import type { Random } from '../base/random.ts';
import type { IntervalSnapshot } from '../snapshot/interval.ts';
import type { TaskSample, TaskSnapshot } from '../snapshot/task-snapshot.ts';
import type { Attributes, Profile, ProfileSample } from './model.ts';

const TASKS = { type: 'tasks', unit: 'count' } as const;

/** Names of the profile's attributes. Those of `sample` are arrays parallel to the samples. */
export const ProfileAttribute = {
  /** `mean`: over the interval of the profile. `instant`: at its time. */
  view: 'taskprof.view',
  totalTasks: 'taskprof.tasks',
  totalStandardError: 'taskprof.tasks.standard_error',
  samplingProbability: 'taskprof.sampling_probability',
  droppedTasks: 'taskprof.dropped_tasks',
  /** Estimated tasks of each sample, before rounding. */
  sampleTasks: 'taskprof.sample.tasks',
  sampleStandardError: 'taskprof.sample.standard_error',
  /** Nanoseconds. */
  sampleOldestWait: 'taskprof.sample.oldest_wait',
  /** Which frame of the stack holds the await. */
  sampleAwaitIndex: 'taskprof.sample.await_index',
} as const;

/** The `tasks`/`count` profile of the mean over an interval. */
export function buildMeanProfile(snapshot: IntervalSnapshot, random: Random = Math.random): Profile {
  const { startTimeUnixNano, durationNano } = snapshot;
  return build(snapshot, 'mean', startTimeUnixNano, durationNano, random);
}

/** A snapshot as a profile that every exporter and encoder takes: `tasks`/`count`, of one moment. */
export function snapshotToProfile(snapshot: TaskSnapshot): Profile {
  return buildInstantProfile(snapshot);
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
  const values = roundKeepingSums(
    samples.map((sample) => sample.tasks),
    random(),
  );
  return Object.freeze({
    sampleType: TASKS,
    periodType: TASKS,
    period: 1,
    timeUnixNano,
    durationNano,
    attributes: { ...profileAttributes(snapshot, view), ...sampleAttributes(samples) },
    samples: Object.freeze(samples.map((sample, i) => toProfileSample(sample, values[i]!))),
  });
}

function profileAttributes(snapshot: TaskSnapshot, view: string): Attributes {
  return {
    [ProfileAttribute.view]: view,
    [ProfileAttribute.totalTasks]: snapshot.totalTasks,
    [ProfileAttribute.totalStandardError]: snapshot.totalStandardError,
    [ProfileAttribute.samplingProbability]: snapshot.samplingProbability,
    [ProfileAttribute.droppedTasks]: snapshot.droppedTasks,
  };
}

/** What a sample's attributes can't hold: each distinct set of those is a series of its own in most backends. */
function sampleAttributes(samples: readonly TaskSample[]): Attributes {
  return {
    [ProfileAttribute.sampleTasks]: samples.map((sample) => sample.tasks),
    [ProfileAttribute.sampleStandardError]: samples.map((sample) => sample.standardError),
    [ProfileAttribute.sampleOldestWait]: samples.map((sample) => Math.round(sample.oldestWaitMillis * 1e6)),
    [ProfileAttribute.sampleAwaitIndex]: samples.map((sample) => sample.awaitIndex),
  };
}

function toProfileSample({ stack, labels, span }: TaskSample, value: number): ProfileSample {
  const attributes = Object.fromEntries(Object.entries(labels).map(([name, label]) => [attributeKey(name), label]));
  return { stack, attributes, ...(span === undefined ? {} : { link: span }), value };
}

/** Backends take `[A-Za-z_][A-Za-z0-9_.]*`. */
function attributeKey(name: string): string {
  const key = name.replace(/[^A-Za-z0-9_.]/g, '_');
  return /^[A-Za-z_]/.test(key) ? key : `_${key}`;
}

/** Samples of one stack side by side, so that rounding keeps the sum of each stack. */
function groupedByStack(samples: readonly TaskSample[]): TaskSample[] {
  const byStack = new Map<string, TaskSample[]>();
  for (const sample of samples) {
    const key = sample.stack.map(({ file, line, column }) => `${file}:${line}:${column}`).join();
    const group = byStack.get(key);
    if (group === undefined) byStack.set(key, [sample]);
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
