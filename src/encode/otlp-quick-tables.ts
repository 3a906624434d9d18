import type { SpanReference } from '../base/types.ts';
import { entryOf } from '../profile/location.ts';
import type { AttributesWithUnits, Line, Mapping, StackEntry } from '../profile/model.ts';
import { readQuickAttribute } from './otlp-quick-attribute.ts';
import type { Identified } from './otlp-read-table.ts';
import { LazyTable } from './lazy-table.ts';
import { TextTable } from './text-table.ts';
import { NotReadQuickly, readNumbers, type WireCursor } from './wire-cursor.ts';

type CalledFunction = Pick<Line, 'functionName' | 'systemName' | 'file' | 'startLine'>;

/** The dictionary of a message. Rows are read at the first reference to them; what is referred to twice is one object. */
export class OtlpQuickTables {
  readonly #texts: TextTable;
  readonly #mappings: LazyTable<Mapping | undefined>;
  readonly #locations: LazyTable<StackEntry>;
  readonly #functions: LazyTable<CalledFunction>;
  readonly #links: LazyTable<SpanReference | undefined>;
  readonly #attributes: LazyTable<AttributesWithUnits>;
  readonly #stacks: LazyTable<readonly StackEntry[]>;
  readonly #sets = new Map<string | number, Identified<AttributesWithUnits>>();

  constructor(cursor: WireCursor) {
    const { bytes } = cursor;
    this.#texts = new TextTable(bytes);
    this.#mappings = new LazyTable(bytes, (row) => this.#mapping(row));
    this.#locations = new LazyTable(bytes, (row) => this.#location(row));
    this.#functions = new LazyTable(bytes, (row) => this.#function(row));
    this.#links = new LazyTable(bytes, readLink);
    this.#attributes = new LazyTable(bytes, (row) => readQuickAttribute(row, this.#texts));
    this.#stacks = new LazyTable(bytes, (row) => this.#stack(row));
    const tables: readonly { add(cursor: WireCursor): void }[] = [
      ...[this.#mappings, this.#locations, this.#functions, this.#links],
      ...[this.#texts, this.#attributes, this.#stacks],
    ];
    while (!cursor.isDone) {
      const tag = cursor.varint();
      const table = tables[(tag >> 3) - 1];
      if (table === undefined) cursor.skip(tag & 7);
      else if ((tag & 7) === 2) table.add(cursor);
      else throw new NotReadQuickly('no row');
    }
    cursor.finish();
    this.#texts.check();
  }

  get stackCount(): number {
    return Math.max(1, this.#stacks.length);
  }

  text(index: number): string {
    return this.#texts.at(index);
  }

  readonly valueText = (index: number | bigint): string => this.#texts.valueAt(Number(index));

  stack(index: number): readonly StackEntry[] {
    return index === 0 ? NO_FRAMES : this.#stacks.at(index);
  }

  link(index: number): SpanReference | undefined {
    return index === 0 ? undefined : this.#links.at(index);
  }

  /** The same object for the same indices. */
  attributes(indices: readonly number[]): Identified<AttributesWithUnits> {
    const key = indices.length === 1 ? indices[0]! : indices.join();
    let set = this.#sets.get(key);
    if (set === undefined) {
      const value = Object.assign({}, ...indices.map((index) => this.#attributes.at(index))) as AttributesWithUnits;
      this.#sets.set(key, (set = { id: this.#sets.size, value }));
    }
    return set;
  }

  #function(cursor: WireCursor): CalledFunction {
    const [name, systemName, file, startLine] = readNumbers(cursor, [1, 2, 3, 4]);
    return {
      functionName: this.text(name!),
      systemName: this.text(systemName!),
      file: this.text(file!),
      startLine: startLine!,
    };
  }

  #mapping(cursor: WireCursor): Mapping | undefined {
    let [memoryStart, memoryLimit, fileOffset, file] = [0n, 0n, 0n, 0];
    const indices: number[] = [];
    while (!cursor.isDone) {
      const tag = cursor.varint();
      if (tag === 0x08) memoryStart = cursor.uint64();
      else if (tag === 0x10) memoryLimit = cursor.uint64();
      else if (tag === 0x18) fileOffset = cursor.uint64();
      else if (tag === 0x20) file = cursor.varint();
      else if (tag >> 3 === 5) cursor.varints(tag & 7, indices);
      else throw new NotReadQuickly(`field ${tag >> 3}`);
    }
    const attributes = this.attributes(indices).value;
    const mapping = { memoryStart, memoryLimit, fileOffset, file: this.text(file), attributes };
    const isEmpty = memoryStart + memoryLimit + fileOffset === 0n && mapping.file === '';
    return isEmpty && Object.keys(attributes).length === 0 ? undefined : mapping;
  }

  #location(cursor: WireCursor): StackEntry {
    let [mappingIndex, address] = [0, 0n];
    const [indices, lines]: [number[], Line[]] = [[], []];
    while (!cursor.isDone) {
      const tag = cursor.varint();
      if (tag === 0x08) mappingIndex = cursor.varint();
      else if (tag === 0x10) address = cursor.uint64();
      else if (tag === 0x1a) lines.push(this.#line(cursor.content()));
      else if (tag >> 3 === 4) cursor.varints(tag & 7, indices);
      else throw new NotReadQuickly(`field ${tag >> 3}`);
    }
    const mapping = mappingIndex === 0 ? undefined : this.#mappings.at(mappingIndex);
    return entryOf({ lines, address, ...(mapping && { mapping }), attributes: this.attributes(indices).value });
  }

  #line(cursor: WireCursor): Line {
    const [called, line, column] = readNumbers(cursor, [1, 2, 3]);
    return { ...this.#functions.at(called!), line: line!, column: column! };
  }

  #stack(cursor: WireCursor): readonly StackEntry[] {
    const indices: number[] = [];
    while (!cursor.isDone) {
      const tag = cursor.varint();
      if (tag >> 3 === 1) cursor.varints(tag & 7, indices);
      else cursor.skip(tag & 7);
    }
    return indices.length === 0 ? NO_FRAMES : indices.map((index) => this.#locations.at(index));
  }
}

const NO_FRAMES: readonly StackEntry[] = [];

/** undefined where the ids are none: of another length, or nothing but zeros. */
function readLink(cursor: WireCursor): SpanReference | undefined {
  let [traceId, spanId] = ['', ''];
  while (!cursor.isDone) {
    const tag = cursor.varint();
    const end = tag === 0x0a || tag === 0x12 ? cursor.contentEnd() : cursor.at;
    if (tag === 0x0a) traceId = cursor.bytes.toString('hex', cursor.at, end);
    else if (tag === 0x12) spanId = cursor.bytes.toString('hex', cursor.at, end);
    else cursor.skip(tag & 7);
    if (end > cursor.at) cursor.at = end;
  }
  return isIdOf(traceId, NO_TRACE) && isIdOf(spanId, NO_SPAN) ? { traceId, spanId } : undefined;
}

const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

function isIdOf(hex: string, none: string): boolean {
  return hex.length === none.length && hex !== none;
}
