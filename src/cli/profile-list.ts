import type { LabelValue, Labels, StackFrame } from '../base/types.ts';
import { ProfileAttribute } from '../profile/build.ts';
import { isQuantity } from '../profile/check-attributes.ts';
import { attributesIdentity } from '../profile/identity.ts';
import { isLocation } from '../profile/location.ts';
import type {
  Attributes,
  AttributesWithUnits,
  AttributeValue,
  Profile,
  ProfilesData,
  Quantity,
  StackEntry,
} from '../profile/model.ts';
import { exactValues, numberOf, sampleColumn } from '../profile/sample-columns.ts';
import { CommandError } from './failure.ts';
import { durationText } from './quantities.ts';
import type { TaskEntry, TaskList } from './task-list.ts';

/**
 * The newest profile of each resource and thread, as one list: of `sampleType`, or of tasks where there are some, or of the first type. Throws
 * a {@link CommandError} where there is none.
 */
export function listOfProfiles(messages: readonly ProfilesData[], sampleType?: string): TaskList {
  const list = joinedList(newestOfEach(messages, sampleType ?? defaultType(messages)));
  if (list === undefined) throw new CommandError(missingText(messages, sampleType));
  return list;
}

/** All profiles of a type as one list; undefined where there is none. */
export function listOfAll(messages: readonly ProfilesData[], sampleType: string): TaskList | undefined {
  const found = messages.flatMap(({ resource, profiles }) =>
    profiles
      .filter((profile) => profile.sampleType.type === sampleType)
      .map((profile) => ({ profile, service: serviceOf(resource.attributes) })),
  );
  return joinedList(found);
}

function joinedList(newest: readonly Found[]): TaskList | undefined {
  const [first] = newest;
  if (first === undefined) return undefined;
  const lists = newest.map(({ profile }) => listOfProfile(profile));
  const sum = (amount: (list: TaskList) => number): number => lists.reduce((total, list) => total + amount(list), 0);
  return {
    ...listOfProfile(first.profile),
    service: [...new Set(newest.map(({ service }) => service))].filter((name) => name !== '').join(', '),
    total: sum((list) => list.total),
    totalStandardError: Math.sqrt(sum((list) => list.totalStandardError ** 2)),
    samplingProbability: lists.length === 1 ? lists[0]!.samplingProbability : undefined,
    dropped: sum((list) => list.dropped),
    entries: lists.flatMap((list) => list.entries),
  };
}

/** The names of all that the messages count. */
export function sampleTypes(messages: readonly ProfilesData[]): string[] {
  return [...new Set(messages.flatMap(({ profiles }) => profiles.map(({ sampleType }) => sampleType.type)))];
}

export function defaultType(messages: readonly ProfilesData[]): string | undefined {
  const types = sampleTypes(messages);
  return types.includes('tasks') ? 'tasks' : types[0];
}

interface Found {
  readonly profile: Profile;
  readonly service: string;
}

function newestOfEach(messages: readonly ProfilesData[], type: string | undefined): Found[] {
  const newest = new Map<string, Found>();
  for (const { resource, profiles } of messages) {
    const resourceKey = attributesIdentity(resource.attributes);
    for (const profile of profiles) {
      // Threads of one process may have a profile each.
      const key = `${resourceKey} ${attributesIdentity({ thread: profile.attributes['thread.id'] ?? '' })}`;
      const isNewest = profile.timeUnixNano >= (newest.get(key)?.profile.timeUnixNano ?? 0n);
      if (profile.sampleType.type === type && isNewest) {
        newest.set(key, { profile, service: serviceOf(resource.attributes) });
      }
    }
  }
  return [...newest.values()];
}

function serviceOf({ 'service.name': name }: Attributes): string {
  return typeof name === 'string' ? name : '';
}

function missingText(messages: readonly ProfilesData[], sampleType: string | undefined): string {
  const types = sampleTypes(messages);
  if (types.length === 0) return 'there is no profile in it';
  return `there is no profile of type "${sampleType ?? ''}" in it, only of ${types.map((type) => `"${type}"`).join(', ')}`;
}

function listOfProfile(profile: Profile): TaskList {
  const { attributes } = profile;
  const entries = entriesOf(profile);
  const number = (name: string): number | undefined => numberOf(attributes[name]);
  return {
    valueType: profile.sampleType,
    service: '',
    timeUnixNano: profile.timeUnixNano,
    ...timing(profile),
    total: number(totalAttribute(profile)) ?? entries.reduce((sum, { value }) => sum + value, 0),
    totalStandardError: number(`${totalAttribute(profile)}.standard_error`) ?? 0,
    samplingProbability: number(ProfileAttribute.samplingProbability),
    dutyCycle: number(ProfileAttribute.dutyCycle),
    dropped: number(ProfileAttribute.droppedTasks) ?? 0,
    entries,
  };
}

/** What a profile of ours says in all: `taskprof.tasks`, `taskprof.wait`. */
function totalAttribute({ sampleType }: Profile): string {
  return `taskprof.${sampleType.type}`;
}

function timing({ attributes, durationNano }: Profile): Pick<TaskList, 'consistency' | 'when'> {
  const view = attributes[ProfileAttribute.view];
  // A moment may have been one turn or slices: a profile does not say.
  if (view === 'instant' || durationNano === 1n) return { consistency: undefined, when: 'at one moment' };
  if (durationNano === 0n) return { consistency: undefined, when: '' };
  const duration = durationText(Number(durationNano) / 1e6);
  return view === 'mean'
    ? { consistency: 'interval', when: `mean over ${duration}` }
    : { consistency: undefined, when: `over ${duration}` };
}

function entriesOf(profile: Profile): TaskEntry[] {
  const exact = exactValues(profile);
  const standardError = sampleColumn(profile, ProfileAttribute.sampleStandardError);
  const oldestWait = sampleColumn(profile, ProfileAttribute.sampleOldestWait);
  const awaitIndex = sampleColumn(profile, ProfileAttribute.sampleAwaitIndex);
  return profile.samples.map((sample, index) => {
    const oldestWaitNanos = oldestWait(index);
    return {
      stack: sample.stack.flatMap(framesOfEntry),
      awaitIndex: awaitIndex(index),
      value: exact(index) ?? Number(sample.value),
      standardError: standardError(index) ?? 0,
      oldestWaitMillis: oldestWaitNanos === undefined ? undefined : oldestWaitNanos / 1e6,
      labels: labelsOf(sample.attributes),
      span: sample.link,
    };
  });
}

function framesOfEntry(entry: StackEntry): readonly StackFrame[] {
  if (!isLocation(entry)) return [entry];
  if (entry.lines.length > 0) return entry.lines;
  return [{ functionName: `0x${entry.address.toString(16)}`, file: entry.mapping?.file ?? '', line: 0, column: 0 }];
}

function labelsOf(attributes: AttributesWithUnits): Labels {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, labelValue(value)]));
}

function labelValue(value: AttributeValue | Quantity): LabelValue {
  if (isQuantity(value)) return `${String(value.value)} ${value.unit}`;
  return typeof value === 'object' || typeof value === 'bigint' ? String(value) : value;
}
