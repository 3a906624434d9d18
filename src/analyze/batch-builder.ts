import type { AttributesWithUnits, ProfilesData, StackEntry } from '../profile/model.ts';
import { attributeTexts } from './attribute-text.ts';
import { type FleetFrame, fleetFrames, framesOfLines } from './fleet-frame.ts';
import { IntColumn } from './int-column.ts';
import type { AttributeSet, ProfileBatch, ProfileRow } from './profile-batch.ts';
import { isSelected, type ProfileHead, type ProfileSelection } from './profile-selection.ts';
import { bigintOf, IdSet, type RowId, SequenceId, textId } from './row-id.ts';
import type { SampleNeeds } from './sample-needs.ts';
import { type FrameId, SampleReducer } from './sample-reducer.ts';

/** So many ids are remembered as written; what is forgotten is written again, and is one for the database all the same. */
const MAX_KNOWN = 200_000;

/** Characters that the rows of one message may have. References make little of a message into much: 100,000 frames may share a long name. */
const MAX_TEXT = 128 * 1024 * 1024;

/** Where a profile was read: a file, a part of it where it has several messages, and which profile of that. */
export interface ProfileSource {
  readonly file: string;
  readonly part: string;
  readonly index: number;
}

type Texts = AttributeSet['attributes'];

/** Makes rows of profiles, the rows of a stack or of a set of labels once. */
export class BatchBuilder {
  readonly #selection: ProfileSelection;
  readonly #reducer: SampleReducer | undefined;
  readonly #knownFrames = new Map<string, FrameId>();
  readonly #knownStacks = new IdSet();
  readonly #knownLabels = new Map<string, RowId>();
  /** The same object for the same frames: of those that stand for many. */
  readonly #stackIds = new Map<readonly FrameId[], RowId>();
  readonly #sequence = new SequenceId();
  #typeCounts = new Map<string, number>();
  #rows = newRows();
  /** Of the message that is added. */
  #textLength = 0;

  /** Without `needs` all is kept. */
  constructor(selection: ProfileSelection, needs?: SampleNeeds) {
    this.#selection = selection;
    this.#reducer = needs && new SampleReducer(needs, (...row) => this.#pushRow(...row));
  }

  /** How many profiles with samples there were of each type, chosen or not. */
  get typeCounts(): ReadonlyMap<string, number> {
    return this.#typeCounts;
  }

  /** Samples since the last {@link take}. */
  get sampleCount(): number {
    return this.#rows.value.length;
  }

  /** Adds profiles. What equal objects stand for is worked out once: equal stacks and attributes are the same object in a message. */
  add({ resource, profiles }: ProfilesData, source: Omit<ProfileSource, 'index'>): void {
    this.#textLength = 0;
    const attributes = attributeTexts(resource.attributes);
    const frames = remembered((entry: StackEntry) => fleetFrames(entry).map((frame) => this.#frameId(frame)));
    const stacks = remembered((stack: readonly StackEntry[]) => this.stackId(stack.flatMap(frames)));
    const labels = remembered((some: AttributesWithUnits) => this.labelsId(some));
    for (const [index, profile] of profiles.entries()) {
      const head = { ...profile.sampleType, timeUnixNano: profile.timeUnixNano, durationNano: profile.durationNano };
      const id = this.addProfile(head, attributes, { ...source, index }, profile.samples.length);
      if (id === undefined) continue;
      for (const sample of profile.samples) {
        this.addRow(id, stacks(sample.stack), labels(sample.attributes), sample.value);
      }
    }
  }

  isWanted(head: ProfileHead, attributes: Texts): boolean {
    return isSelected(this.#selection, head, attributes);
  }

  /** The id of a profile for its rows; undefined where there are none, or it is not wanted. */
  addProfile(head: ProfileHead, attributes: Texts, source: ProfileSource, samples: number): RowId | undefined {
    if (samples === 0) return undefined;
    this.#typeCounts.set(head.type, (this.#typeCounts.get(head.type) ?? 0) + 1);
    if (!this.isWanted(head, attributes)) return undefined;
    const { timeUnixNano, durationNano, unit } = head;
    const file = attributes.length > 0 ? '' : source.file;
    const place = file === '' ? '' : `${file} ${source.part} ${source.index}`;
    // Parts of one profile, as an exporter splits what is too large for a request, have the same id.
    const text = JSON.stringify([attributes, String(timeUnixNano), String(durationNano), place]);
    this.#countText(text.length);
    const id = textId(text);
    this.#rows.profiles.push({ id: bigintOf(id), timeUnixNano, unit, attributes, file });
    return id;
  }

  addRow(profile: RowId, stack: RowId, labels: RowId, value: number | bigint): void {
    if (this.#reducer) this.#reducer.add(profile, stack, labels, value);
    else this.#pushRow(profile, stack, labels, value);
  }

  #pushRow(profile: RowId, stack: RowId, labels: RowId, value: number | bigint): void {
    this.#rows.profile.push(profile.low, profile.high);
    this.#rows.stack.push(stack.low, stack.high);
    this.#rows.labels.push(labels.low, labels.high);
    if (typeof value === 'number') this.#rows.value.pushNumber(value);
    else this.#rows.value.push(Number(BigInt.asIntN(32, value)), Number(value >> 32n));
  }

  /** Of frames, leaf first. */
  stackId(frames: readonly FrameId[]): RowId {
    if (!this.#reducer) return this.#wholeStackId(frames);
    const kept = this.#reducer.frames(frames);
    let id = this.#stackIds.get(kept);
    if (id === undefined) this.#stackIds.set(kept, (id = this.#wholeStackId(kept)));
    return id;
  }

  #wholeStackId(frames: readonly RowId[]): RowId {
    this.#sequence.start();
    for (const frame of frames) this.#sequence.add(frame);
    const id = this.#sequence.end();
    if (!this.#knownStacks.add(id)) return id;
    for (const [position, frame] of frames.entries()) {
      this.#rows.frameStack.push(id.low, id.high);
      this.#rows.position.pushNumber(position);
      this.#rows.frame.push(frame.low, frame.high);
    }
    return id;
  }

  /** Of the lines of a location, or its address. */
  frameIds(lines: readonly FleetFrame[], address: bigint, mappingFile: string): readonly FrameId[] {
    return framesOfLines(lines, address, mappingFile).map((frame) => this.#frameId(frame));
  }

  labelsId(given: AttributesWithUnits): RowId {
    const attributes = attributeTexts(this.#reducer?.labels(given) ?? given);
    const text = JSON.stringify(attributes);
    this.#countText(text.length);
    const known = this.#knownLabels.get(text);
    if (known) return known;
    const id = textId(text);
    this.#knownLabels.set(text, id);
    this.#rows.labelSets.push({ id: bigintOf(id), attributes });
    return id;
  }

  /** Does what may throw; profiles and samples of it are taken back then, and it throws. */
  attempt(work: () => void): void {
    this.#reducer?.flush();
    this.#textLength = 0;
    const { profiles, profile, stack, labels, value } = this.#rows;
    const lengths = { profiles: profiles.length, samples: value.length, counts: new Map(this.#typeCounts) };
    try {
      work();
    } catch (thrown) {
      this.#reducer?.discard();
      profiles.length = lengths.profiles;
      for (const column of [profile, stack, labels, value]) column.truncate(lengths.samples);
      this.#typeCounts = lengths.counts;
      throw thrown;
    }
  }

  /** The rows since the last time. */
  take(): ProfileBatch {
    this.#reducer?.flush();
    const { profiles, frames, labelSets, ...columns } = this.#rows;
    this.#rows = newRows();
    for (const known of [this.#knownStacks, this.#knownLabels, this.#knownFrames]) {
      if (known.size > MAX_KNOWN) known.clear();
    }
    return {
      profiles,
      frames,
      labelSets,
      stackFrames: {
        stack: columns.frameStack.take(),
        position: columns.position.take(),
        frame: columns.frame.take(),
      },
      samples: {
        profile: columns.profile.take(),
        stack: columns.stack.take(),
        labels: columns.labels.take(),
        value: columns.value.take(),
      },
    };
  }

  #countText(length: number): void {
    this.#textLength += length;
    if (this.#textLength > MAX_TEXT) throw new Error(`its rows would repeat more than ${MAX_TEXT} characters of text`);
  }

  #frameId({ functionName, file, line }: FleetFrame): FrameId {
    this.#countText(functionName.length + file.length);
    const text = `${functionName}\0${file}\0${line}`;
    const known = this.#knownFrames.get(text);
    if (known) return known;
    const id = { ...textId(text), isMatch: this.#reducer?.isMatch({ functionName, file, line }) ?? false };
    this.#knownFrames.set(text, id);
    this.#rows.frames.push({ id: bigintOf(id), frame: { functionName, file, line } });
    return id;
  }
}

/** The function, called once for each object. */
function remembered<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make(key)));
    return value;
  };
}

type Rows = Readonly<
  Record<'frameStack' | 'position' | 'frame' | 'profile' | 'stack' | 'labels' | 'value', IntColumn>
> & {
  readonly profiles: ProfileRow[];
  readonly frames: { readonly id: bigint; readonly frame: FleetFrame }[];
  readonly labelSets: AttributeSet[];
};

function newRows(): Rows {
  const column = (): IntColumn => new IntColumn();
  return {
    profiles: [],
    frames: [],
    labelSets: [],
    frameStack: column(),
    position: column(),
    frame: column(),
    profile: column(),
    stack: column(),
    labels: column(),
    value: column(),
  };
}
