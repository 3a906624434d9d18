import { LossList } from '../encode/loss-list.ts';
import { otlpParts } from '../encode/otlp-parts.ts';
import { readOtlpMessage } from '../encode/otlp-protobuf-read.ts';
import { readAnyValue, readKeyValues } from '../encode/otlp-read-values.ts';
import type { AttributesWithUnits } from '../profile/model.ts';
import { attributeTexts } from './attribute-text.ts';
import type { BatchBuilder, ProfileSource } from './batch-builder.ts';
import { type LocationFields, type LocationRow, readLocationRow } from './location-row.ts';
import type { AttributeSet } from './profile-batch.ts';
import type { RowId } from './row-id.ts';
import type { FrameId } from './sample-reducer.ts';
import { TextTable } from '../encode/text-table.ts';
import { NotReadQuickly, readNumbers, type WireCursor } from '../encode/wire-cursor.ts';

type Texts = AttributeSet['attributes'];

/**
 * Adds the profiles of an OTLP message in protobuf to a batch, without making profiles of them: a quarter of the time. Throws
 * {@link NotReadQuickly} for what is broken or rare; some rows are in the batch then.
 */
export function addOtlpRows(bytes: Uint8Array, builder: BatchBuilder, source: ProfileSource): void {
  const { resources, dictionary } = otlpParts(bytes);
  const tables = new Tables(dictionary, builder);
  let part = 0;
  for (const resource of resources) part = addResource(resource, tables, builder, source, part);
}

function addResource(
  cursor: WireCursor,
  tables: Tables,
  builder: BatchBuilder,
  source: ProfileSource,
  first: number,
): number {
  let attributes: Texts = [];
  let part = first;
  const scopes: WireCursor[] = [];
  while (!cursor.isDone) {
    const tag = cursor.varint();
    if (tag === 0x0a) attributes = tables.resourceTexts(cursor.content());
    else if (tag === 0x12) scopes.push(cursor.content());
    else cursor.skip(tag & 7);
  }
  for (const scope of scopes) {
    const message = { file: source.file, part: `${source.part} ${part++}` };
    let index = 0;
    while (!scope.isDone) {
      const tag = scope.varint();
      if (tag === 0x12) addProfile(scope.content(), tables, builder, attributes, message, index++);
      else scope.skip(tag & 7);
    }
  }
  return part;
}

function addProfile(
  cursor: WireCursor,
  tables: Tables,
  builder: BatchBuilder,
  attributes: Texts,
  source: Omit<ProfileSource, 'index'>,
  index: number,
): void {
  const head = { type: '', unit: '', timeUnixNano: 0n, durationNano: 0n };
  const samples: number[] = [];
  while (!cursor.isDone) {
    const tag = cursor.varint();
    if (tag === 0x12) cursor.pass(samples);
    else if (tag === 0x0a) Object.assign(head, tables.valueType(cursor.content()));
    else if (tag === 0x19) head.timeUnixNano = cursor.fixed64();
    else if (tag === 0x20) head.durationNano = BigInt.asUintN(64, cursor.int64());
    else cursor.skip(tag & 7);
  }
  cursor.finish();
  if (head.type === '') throw new NotReadQuickly('a profile without a sample type');
  const id = builder.addProfile(head, attributes, { ...source, index }, samples.length);
  if (id === undefined) return;
  const sample = new SampleReader();
  for (let at = 0; at < samples.length; at += 2) {
    sample.read(cursor.goTo(samples[at]!, samples[at + 1]!));
    builder.addRow(id, tables.stackId(sample.stack), tables.labelsId(sample.labels), sample.value);
  }
}

/** One after another, in the same place. Those without a value are left to the readers of whole profiles. */
class SampleReader {
  stack = 0;
  value = 0;
  readonly labels: number[] = [];
  #values = 0;
  #times = 0;

  read(cursor: WireCursor): void {
    this.stack = this.value = this.#values = this.#times = this.labels.length = 0;
    while (!cursor.isDone) this.#field(cursor, cursor.varint());
    cursor.finish();
    if (this.#values === 0 && this.#times > 0) this.value = this.#times;
    else if (this.#values === 0 || (this.#values > 1 && this.#values !== this.#times))
      throw new NotReadQuickly('values');
    if (!Number.isSafeInteger(this.value)) throw new NotReadQuickly('a sum of more than 53 bits');
  }

  #field(cursor: WireCursor, tag: number): void {
    if (tag === 0x08) this.stack = cursor.varint();
    else if (tag >> 3 === 2) cursor.varints(tag & 7, this.labels);
    else if (tag === 0x20) this.#add(cursor.varint());
    else if (tag === 0x22) for (const end = cursor.contentEnd(); cursor.at < end;) this.#add(cursor.varint());
    else if (tag === 0x2a) {
      const end = cursor.contentEnd();
      this.#times += (end - cursor.at) / 8;
      cursor.at = end;
    } else cursor.skip(tag & 7);
  }

  #add(value: number): void {
    this.value += value;
    this.#values++;
  }
}

const LOCATION: LocationFields = { id: -1, mapping: 1, address: 2, lines: 3 };

/** The dictionary, as far as rows need it. */
class Tables {
  readonly #builder: BatchBuilder;
  readonly #texts: TextTable;
  readonly #functions: { readonly name: number; readonly file: number }[] = [];
  readonly #mappingFiles: number[] = [];
  readonly #locations: LocationRow[] = [];
  readonly #stacks: WireCursor[] = [];
  readonly #attributes: WireCursor[] = [];
  readonly #framesOf: (readonly FrameId[] | undefined)[] = [];
  readonly #stackIds: (RowId | undefined)[] = [];
  readonly #attributeOf: (AttributesWithUnits | undefined)[] = [];
  readonly #scratchLocations: number[] = [];
  readonly #scratchFrames: FrameId[] = [];
  readonly #labelsIds = new Map<string, RowId>();

  constructor(cursor: WireCursor, builder: BatchBuilder) {
    this.#builder = builder;
    this.#texts = new TextTable(cursor.bytes);
    while (!cursor.isDone) {
      const tag = cursor.varint();
      if (tag === 0x0a) this.#mappingFiles.push(readNumbers(cursor.content(), [4])[0]!);
      else if (tag === 0x12) this.#locations.push(readLocationRow(cursor.content(), LOCATION));
      else if (tag === 0x1a) this.#addFunction(cursor.content());
      else if (tag === 0x2a) this.#texts.add(cursor);
      else if (tag === 0x32) this.#attributes.push(cursor.content());
      else if (tag === 0x3a) this.#stacks.push(cursor.content());
      else cursor.skip(tag & 7);
    }
    cursor.finish();
    this.#texts.check();
  }

  valueType(cursor: WireCursor): { type: string; unit: string } {
    const [type, unit] = readNumbers(cursor, [1, 2]);
    return { type: this.#texts.at(type!), unit: this.#texts.at(unit!) };
  }

  resourceTexts(cursor: WireCursor): Texts {
    const { attributes = [] } = readOtlpMessage('Resource', remaining(cursor));
    return attributeTexts(readKeyValues(attributes, (index) => this.#texts.valueAt(Number(index)), new LossList()));
  }

  stackId(index: number): RowId {
    let id = this.#stackIds[index];
    if (id === undefined) this.#stackIds[index] = id = this.#builder.stackId(this.#framesOfStack(index));
    return id;
  }

  labelsId(indices: readonly number[]): RowId {
    const key = indices.join();
    let id = this.#labelsIds.get(key);
    if (id === undefined) {
      const attributes = Object.assign({}, ...indices.map((index) => this.#attribute(index))) as AttributesWithUnits;
      this.#labelsIds.set(key, (id = this.#builder.labelsId(attributes)));
    }
    return id;
  }

  #addFunction(cursor: WireCursor): void {
    const [name, file] = readNumbers(cursor, [1, 3]);
    this.#functions.push({ name: name!, file: file! });
  }

  #framesOfStack(index: number): readonly FrameId[] {
    const cursor = index === 0 ? undefined : inTable(this.#stacks, index);
    const [locations, frames] = [this.#scratchLocations, this.#scratchFrames];
    locations.length = frames.length = 0;
    while (cursor && !cursor.isDone) {
      const tag = cursor.varint();
      if (tag >> 3 === 1) cursor.varints(tag & 7, locations);
      else cursor.skip(tag & 7);
    }
    for (const location of locations) {
      const some = this.#framesAt(location);
      if (some.length === 1) frames.push(some[0]!);
      else frames.push(...some);
    }
    return frames;
  }

  #framesAt(index: number): readonly FrameId[] {
    return (this.#framesOf[index] ??= this.#readFrames(index));
  }

  #readFrames(index: number): readonly FrameId[] {
    const { lines, address, mapping } = inTable(this.#locations, index);
    const file = mapping === 0 ? '' : this.#texts.at(inTable(this.#mappingFiles, mapping));
    return this.#builder.frameIds(
      lines.map(({ called, line }) => {
        const row = inTable(this.#functions, called);
        return { functionName: this.#texts.at(row.name), file: this.#texts.at(row.file), line };
      }),
      address,
      file,
    );
  }

  #attribute(index: number): AttributesWithUnits {
    return (this.#attributeOf[index] ??= this.#readAttribute(inTable(this.#attributes, index)));
  }

  #readAttribute(cursor: WireCursor): AttributesWithUnits {
    const { keyStrindex = 0, value } = readOtlpMessage('KeyValueAndUnit', remaining(cursor));
    const text = (index: number | bigint): string => this.#texts.valueAt(Number(index));
    const name = this.#texts.at(Number(keyStrindex));
    const read = name === '' ? undefined : readAnyValue(value, text, new LossList());
    return read === undefined ? {} : { [name]: read };
  }
}

function inTable<Row>(rows: readonly Row[], index: number): Row {
  const row = rows[index];
  if (row === undefined) throw new NotReadQuickly(`there is no row ${index}`);
  return row;
}

function remaining(cursor: WireCursor): Uint8Array {
  return cursor.bytes.subarray(cursor.at, cursor.end);
}
