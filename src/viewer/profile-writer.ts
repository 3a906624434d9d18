import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ProfileAttribute } from '../profile/build.ts';
import { framesOf, isLocation } from '../profile/location.ts';
import { MEASURES } from '../profile/measures.ts';
import type { AttributesWithUnits, Profile, ProfileSample, ProfilesData, StackEntry } from '../profile/model.ts';
import { exactValues, numberOf, profileOnlyAttributes, sampleColumn } from '../profile/sample-columns.ts';
import { Interner, MAX_REMEMBERED } from './interner.ts';
import { attributesJson, clipped, END_OF_TIME, type Growth, labelsOf, MAX_STACK_DEPTH, micros } from './limits.ts';
import { PairIds } from './pair-ids.ts';
import type { ResourceWriter } from './resource-writer.ts';
import { RowInserter } from './row-inserter.ts';
import { ROOT_STACK } from './schema.ts';

/** What a row costs beside its texts, about. */
const ROW_BYTES = 48;

/** Writes profiles as rows, within the transaction of who calls. */
export class ProfileWriter {
  readonly #resources: ResourceWriter;
  readonly #series: Interner;
  readonly #frames: Interner;
  readonly #stacks: Interner;
  /** By caller and frame. */
  readonly #stackIds = new PairIds();
  readonly #labels: Interner;
  readonly #insertLabel: StatementSync;
  readonly #insertProfile: StatementSync;
  readonly #samples: RowInserter;
  readonly #cells: RowInserter;
  readonly #slices: RowInserter;

  constructor(database: DatabaseSync, resources: ResourceWriter) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#resources = resources;
    this.#series = new Interner(
      prepare('insert into series (resource, thread, type, unit) values (?, ?, ?, ?) on conflict do nothing'),
      prepare('select id from series where resource = ? and thread = ? and type = ? and unit = ?'),
    );
    this.#frames = new Interner(
      prepare('insert into frame (function, file, line, "column") values (?, ?, ?, ?) on conflict do nothing'),
      prepare('select id from frame where function = ? and file = ? and line = ? and "column" = ?'),
    );
    this.#stacks = new Interner(
      prepare('insert into stack (parent, frame) values (?, ?) on conflict do nothing'),
      prepare('select id from stack where parent = ? and frame = ?'),
    );
    this.#labels = new Interner(
      prepare('insert into labels (identity) values (?) on conflict do nothing'),
      prepare('select id from labels where identity = ?'),
    );
    this.#insertLabel = prepare('insert into label (labels, name, value) values (?, ?, ?) on conflict do nothing');
    this.#insertProfile = prepare(
      'insert into profile (series, start, end, received, view, total, standard_error, attributes) values (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#samples = new RowInserter(database, 'sample', 10);
    this.#cells = new RowInserter(database, 'cell', 4);
    this.#slices = new RowInserter(database, 'slice', 4, 'on conflict do nothing');
  }

  /** `now` is when it was received, and the time of profiles that have none. */
  write({ resource, profiles }: ProfilesData, now: number, growth: Growth): void {
    const resourceId = this.#resources.id(resource.attributes, growth);
    const message = new MessageRows(this, growth);
    for (const profile of profiles) this.#writeProfile(resourceId, profile, now, message, growth);
    for (const rows of [this.#samples, this.#cells, this.#slices]) rows.flush();
  }

  forget(): void {
    for (const interner of [this.#series, this.#frames, this.#labels]) interner.forget();
    for (const rows of [this.#samples, this.#cells, this.#slices]) rows.discard();
    this.#stackIds.clear();
  }

  frame(functionName: string, file: string, line: number, column: number, growth: Growth): number {
    const [name, place] = [clipped(functionName), clipped(file)];
    return this.#frames.id(`${name}\0${place}\0${line}\0${column}`, [name, place, line, column], () =>
      growth.add(ROW_BYTES + 2 * (name.length + place.length)),
    );
  }

  stack(parent: number, frame: number, growth: Growth): number {
    const known = this.#stackIds.get(parent, frame);
    if (known !== 0) return known;
    const id = this.#stacks.idOf([parent, frame], () => growth.add(ROW_BYTES));
    if (this.#stackIds.size >= MAX_REMEMBERED) this.#stackIds.clear();
    this.#stackIds.set(parent, frame, id);
    return id;
  }

  labels(attributes: AttributesWithUnits, growth: Growth): number {
    const labels = labelsOf(attributes);
    const identity = JSON.stringify(labels);
    return this.#labels.id(identity, [identity], (id) => {
      growth.add(ROW_BYTES + 4 * identity.length);
      for (const [name, value] of labels) this.#insertLabel.run(id, name, value);
    });
  }

  #writeProfile(resource: number, profile: Profile, now: number, rows: MessageRows, growth: Growth): void {
    const { sampleType, attributes, timeUnixNano, durationNano } = profile;
    const thread = String(numberOf(attributes['thread.id']) ?? '');
    const seriesValues = [resource, thread, clipped(sampleType.type), clipped(sampleType.unit)] as const;
    const series = this.#series.id(seriesValues.join('\0'), seriesValues);
    const start = timeUnixNano === 0n ? now : micros(timeUnixNano);
    const end = Math.min(start + micros(durationNano), END_OF_TIME);
    const values = valuesOf(profile);
    const view = attributes[ProfileAttribute.view];
    const isOfTasks = sampleType.type === MEASURES.tasks.type;
    const known = isOfTasks ? finite(numberOf(attributes[ProfileAttribute.totalTasks])) : undefined;
    const total = known ?? values.reduce((sum, value) => sum + value, 0);
    const json = attributesJson(profileOnlyAttributes(profile));
    growth.add(2 * ROW_BYTES + json.length);
    const { lastInsertRowid } = this.#insertProfile.run(
      series,
      start,
      end,
      now,
      view === 'mean' || view === 'instant' ? view : '',
      total,
      (isOfTasks ? finite(numberOf(attributes[ProfileAttribute.totalStandardError])) : undefined) ?? 0,
      json,
    );
    this.#writeSamples(Number(lastInsertRowid), profile, values, rows, growth);
  }

  #writeSamples(id: number, profile: Profile, values: readonly number[], rows: MessageRows, growth: Growth): void {
    const standardError = sampleColumn(profile, ProfileAttribute.sampleStandardError);
    const wait = sampleColumn(profile, ProfileAttribute.sampleOldestWait);
    const awaitIndex = sampleColumn(profile, ProfileAttribute.sampleAwaitIndex);
    const cells = new Map<number, Map<number, number>>();
    growth.add(2 * ROW_BYTES * profile.samples.length);
    for (const [position, { stack, attributes, link, timed = [] }] of profile.samples.entries()) {
      const stackId = rows.stack(stack);
      const labels = rows.labels(attributes);
      const value = values[position]!;
      const waitNanos = wait(position);
      this.#samples.add(
        id,
        position,
        stackId,
        labels,
        link?.traceId ?? null,
        link?.spanId ?? null,
        value,
        finite(standardError(position)) ?? 0,
        waitNanos === undefined ? null : microsOf(waitNanos),
        wholeOrNull(awaitIndex(position)),
      );
      growth.add(ROW_BYTES * timed.length);
      for (const slice of timed) {
        this.#slices.add(id, position, micros(slice.timeUnixNano), microsOf(slice.value));
      }
      let ofStack = cells.get(stackId);
      if (ofStack === undefined) cells.set(stackId, (ofStack = new Map<number, number>()));
      ofStack.set(labels, (ofStack.get(labels) ?? 0) + value);
    }
    for (const [stack, ofStack] of cells)
      for (const [labels, value] of ofStack) this.#cells.add(id, stack, labels, value);
  }
}

/** Ids of what the samples of one message share, by identity: texts are compared once for each of them. */
class MessageRows {
  readonly #writer: ProfileWriter;
  readonly #growth: Growth;
  readonly #frames = new Map<StackEntry, readonly number[]>();
  readonly #stacks = new Map<ProfileSample['stack'], number>();
  readonly #labels = new Map<AttributesWithUnits, number>();
  readonly #scratch: number[] = [];

  constructor(writer: ProfileWriter, growth: Growth) {
    this.#writer = writer;
    this.#growth = growth;
  }

  labels(attributes: AttributesWithUnits): number {
    let id = this.#labels.get(attributes);
    if (id === undefined) this.#labels.set(attributes, (id = this.#writer.labels(attributes, this.#growth)));
    return id;
  }

  stack(stack: ProfileSample['stack']): number {
    let id = this.#stacks.get(stack);
    if (id === undefined) this.#stacks.set(stack, (id = this.#intern(stack)));
    return id;
  }

  #intern(stack: ProfileSample['stack']): number {
    const innermost = this.#scratch;
    innermost.length = 0;
    let depth = 0;
    for (const entry of stack) {
      if (depth < MAX_STACK_DEPTH) for (const frame of this.#framesOf(entry)) innermost.push(frame);
      depth += isLocation(entry) ? Math.max(1, entry.lines.length) : 1;
    }
    let id = depth > MAX_STACK_DEPTH ? this.#leftOut(depth - MAX_STACK_DEPTH) : ROOT_STACK;
    for (let at = Math.min(innermost.length, MAX_STACK_DEPTH) - 1; at >= 0; at--) {
      id = this.#writer.stack(id, innermost[at]!, this.#growth);
    }
    return id;
  }

  #leftOut(callers: number): number {
    const frame = this.#writer.frame(`(${callers} callers left out)`, '', 0, 0, this.#growth);
    return this.#writer.stack(ROOT_STACK, frame, this.#growth);
  }

  #framesOf(entry: StackEntry): readonly number[] {
    let ids = this.#frames.get(entry);
    if (ids === undefined) this.#frames.set(entry, (ids = this.#internFrames(entry)));
    return ids;
  }

  #internFrames(entry: StackEntry): number[] {
    const frames = framesOf(entry).slice(0, MAX_STACK_DEPTH);
    if (frames.length === 0 && 'address' in entry) {
      const name = `0x${entry.address.toString(16)}`;
      return [this.#writer.frame(name, entry.mapping?.file ?? '', 0, 0, this.#growth)];
    }
    return frames.map(({ functionName, file, line, column }) =>
      this.#writer.frame(functionName, file, line, column, this.#growth),
    );
  }
}

/** Estimates, where the profile has them, are more exact than the whole numbers of the wire. */
function valuesOf(profile: Profile): number[] {
  const estimate = exactValues(profile);
  return profile.samples.map(({ value }, index) => finite(estimate(index)) ?? Number(value));
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Of nanoseconds that somebody else has written. */
function microsOf(nanos: number | bigint): number {
  return Math.min(Math.max(0, Math.round(Number(nanos) / 1e3)), END_OF_TIME) || 0;
}

function wholeOrNull(value: number | undefined): number | null {
  return Number.isSafeInteger(value) ? value! : null;
}
