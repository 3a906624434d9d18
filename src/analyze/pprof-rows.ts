import { LossList } from '../encode/loss-list.ts';
import { LinkLabel } from '../encode/pprof-names.ts';
import { readLabels } from '../encode/pprof-read-labels.ts';
import type { BatchBuilder, ProfileSource } from './batch-builder.ts';
import { type LocationFields, type LocationRow, readLocationRow } from './location-row.ts';
import type { RowId } from './row-id.ts';
import type { FrameId } from './sample-reducer.ts';
import { TextTable } from '../encode/text-table.ts';
import { NotReadQuickly, readNumbers, WireCursor } from '../encode/wire-cursor.ts';

/**
 * Adds a pprof, not gzip-ed, to a batch, without making a profile of it: a fifth of the time. Throws {@link NotReadQuickly} for
 * what is broken or rare; some rows are in the batch then.
 */
export function addPprofRows(bytes: Uint8Array, builder: BatchBuilder, source: ProfileSource): void {
  const pprof = new PprofReader(new WireCursor(bytes), builder);
  const sample = new SampleReader();
  for (const [index, valueType] of pprof.valueTypes.entries()) {
    const head = { ...valueType, timeUnixNano: pprof.timeUnixNano, durationNano: pprof.durationNano };
    let id: RowId | undefined;
    const isWanted = builder.isWanted(head, []);
    let kept = 0;
    for (const cursor of pprof.samples()) {
      sample.read(cursor, pprof.valueTypes.length);
      const value = sample.values[index]!;
      const isKept = value !== 0 || (index === 0 && sample.values.every((one) => one === 0));
      if (!isKept) continue;
      if (kept++ === 0) id = builder.addProfile(head, [], { ...source, part: `${source.part} 0`, index }, 1);
      if (id === undefined || !isWanted) break;
      builder.addRow(id, pprof.stackId(sample.locations), pprof.labelsId(sample.labels), value);
    }
  }
}

/** One after another, in the same place. */
class SampleReader {
  readonly locations: number[] = [];
  readonly values: number[] = [];
  readonly labels: LabelRow[] = [];

  read(cursor: WireCursor, types: number): void {
    this.locations.length = this.values.length = this.labels.length = 0;
    while (!cursor.isDone) {
      const tag = cursor.varint();
      if (tag >> 3 === 1) cursor.varints(tag & 7, this.locations);
      else if (tag >> 3 === 2) cursor.varints(tag & 7, this.values);
      else if (tag === 0x1a) this.labels.push(readLabel(cursor));
      else cursor.skip(tag & 7);
    }
    cursor.finish();
    if (this.values.length !== types) throw new NotReadQuickly('too few values');
  }
}

interface LabelRow {
  readonly key: number;
  readonly str: number;
  readonly num: number;
  readonly unit: number;
}

const LOCATION: LocationFields = { id: 1, mapping: 2, address: 3, lines: 4 };

class PprofReader {
  readonly valueTypes: { type: string; unit: string }[] = [];
  timeUnixNano = 0n;
  durationNano = 0n;
  readonly #builder: BatchBuilder;
  readonly #texts: TextTable;
  /** Where they begin and end. */
  readonly #samples: number[] = [];
  readonly #cursor: WireCursor;
  readonly #locations = new Map<number, LocationRow>();
  readonly #functions = new Map<number, { name: number; file: number }>();
  readonly #mappingFiles = new Map<number, number>();
  /** By the ids of locations, which are 1, 2, 3 ... as a rule. */
  readonly #framesOf: (readonly FrameId[] | undefined)[] = [];
  readonly #frames: FrameId[] = [];
  readonly #labelsIds = new Map<string, RowId>();

  constructor(cursor: WireCursor, builder: BatchBuilder) {
    this.#builder = builder;
    this.#texts = new TextTable(cursor.bytes);
    this.#cursor = new WireCursor(cursor.bytes);
    const types: [number, number][] = [];
    while (!cursor.isDone) {
      const tag = cursor.varint();
      if (tag === 0x12) this.#addSample(cursor);
      else if (tag === 0x22) this.#addLocation(cursor.content());
      else if (tag === 0x2a) addRow(this.#functions, readFunction(cursor.content()));
      else if (tag === 0x32) this.#texts.add(cursor);
      else if (tag === 0x0a) types.push(readNumbers(cursor.content(), [1, 2]) as [number, number]);
      else if (tag === 0x1a) addRow(this.#mappingFiles, readMapping(cursor.content()));
      else if (tag === 0x48) this.timeUnixNano = positive(cursor.int64());
      else if (tag === 0x50) this.durationNano = positive(cursor.int64());
      else cursor.skip(tag & 7);
    }
    cursor.finish();
    this.#texts.check();
    for (const [type, unit] of types) this.valueTypes.push({ type: this.#texts.at(type), unit: this.#texts.at(unit) });
    this.#check();
  }

  #addLocation(cursor: WireCursor): void {
    const row = readLocationRow(cursor, LOCATION);
    addRow(this.#locations, [row.id, row]);
  }

  /** Each as the same cursor at its place. */
  *samples(): Iterable<WireCursor> {
    for (let at = 0; at < this.#samples.length; at += 2) {
      yield this.#cursor.goTo(this.#samples[at]!, this.#samples[at + 1]!);
    }
  }

  stackId(locations: readonly number[]): RowId {
    const frames = this.#frames;
    frames.length = 0;
    for (const location of locations) {
      const some = this.#framesAt(location);
      if (some.length === 1) frames.push(some[0]!);
      else frames.push(...some);
    }
    return this.#builder.stackId(frames);
  }

  #addSample(cursor: WireCursor): void {
    const end = cursor.contentEnd();
    this.#samples.push(cursor.at, end);
    cursor.at = end;
  }

  #check(): void {
    const { valueTypes } = this;
    if (valueTypes.length === 0 || valueTypes.some(({ type }) => type === ''))
      throw new NotReadQuickly('no sample type');
  }

  #framesAt(id: number): readonly FrameId[] {
    return this.#framesOf[id] ?? this.#readFrames(id);
  }

  #readFrames(id: number): readonly FrameId[] {
    const { lines, address, mapping } = rowOf(this.#locations, id);
    const file = mapping === 0 ? '' : this.#texts.at(rowOf(this.#mappingFiles, mapping));
    const frames = this.#builder.frameIds(
      lines.map(({ called, line }) => {
        const row = called === 0 ? { name: 0, file: 0 } : rowOf(this.#functions, called);
        return { functionName: this.#texts.at(row.name), file: this.#texts.at(row.file), line };
      }),
      address,
      file,
    );
    return (this.#framesOf[id] = frames);
  }

  /** What makes a link is no label. Ids of spans are many: they do not go into the key. */
  labelsId(labels: readonly LabelRow[]): RowId {
    const others = this.#hasLink(labels)
      ? labels.filter(({ key }) => !LINK_LABELS.includes(this.#texts.at(key)))
      : labels;
    let key = '';
    for (const { key: name, str, num, unit } of others) key += `${name} ${str} ${num} ${unit},`;
    let id = this.#labelsIds.get(key);
    if (id === undefined) {
      const given = others.map(({ key: name, str, num, unit }) => ({ key: name, str, num, numUnit: unit }));
      const { attributes } = readLabels(given, (index) => this.#texts.at(Number(index)), new LossList());
      this.#labelsIds.set(key, (id = this.#builder.labelsId(attributes)));
    }
    return id;
  }

  #hasLink(labels: readonly LabelRow[]): boolean {
    if (!labels.some(({ key }) => LINK_LABELS.includes(this.#texts.at(key)))) return false;
    const links = labels.filter(({ key, str }) => str !== 0 && LINK_LABELS.includes(this.#texts.at(key)));
    if (links.length !== 2) return false;
    const lengths = links
      .map(({ str }) => this.#texts.at(str))
      .filter((text) => /^[0-9a-f]+$/.test(text) && /[^0]/.test(text));
    return lengths.some(({ length }) => length === 32) && lengths.some(({ length }) => length === 16);
  }
}

const LINK_LABELS: readonly string[] = Object.values(LinkLabel);

function positive(value: bigint): bigint {
  return value < 0n ? 0n : value;
}

function addRow<Row>(rows: Map<number, Row>, [id, row]: readonly [number, Row]): void {
  if (id === 0 || rows.has(id)) throw new NotReadQuickly(`id ${id}`);
  rows.set(id, row);
}

function rowOf<Row>(rows: ReadonlyMap<number, Row>, id: number): Row {
  const row = rows.get(id);
  if (row === undefined) throw new NotReadQuickly(`there is no row ${id}`);
  return row;
}

function readLabel(cursor: WireCursor): LabelRow {
  const end = cursor.contentEnd();
  let [key, str, num, unit] = [0, 0, 0, 0];
  while (cursor.at < end) {
    const tag = cursor.varint();
    if (tag === 0x08) key = cursor.varint();
    else if (tag === 0x10) str = cursor.varint();
    else if (tag === 0x18) num = cursor.varint();
    else if (tag === 0x20) unit = cursor.varint();
    else cursor.skip(tag & 7);
  }
  if (cursor.at !== end) throw new NotReadQuickly('a label does not end where it should');
  return { key, str, num, unit };
}

function readFunction(cursor: WireCursor): [number, { name: number; file: number }] {
  const [id, name, file] = readNumbers(cursor, [1, 2, 4]);
  return [id!, { name: name!, file: file! }];
}

function readMapping(cursor: WireCursor): [number, number] {
  const [id, file] = readNumbers(cursor, [1, 5]);
  return [id!, file!];
}
