import type { SpanReference } from '../base/types.ts';
import { entryOf } from '../profile/location.ts';
import type { AttributesWithUnits, Line, Mapping, StackEntry } from '../profile/model.ts';
import { InvalidOtlpError } from './invalid-otlp.ts';
import type { LossList } from './loss-list.ts';
import { OtlpReadAttributes } from './otlp-read-attributes.ts';
import { type Identified, Identities, OtlpReadTable } from './otlp-read-table.ts';
import { MAX_REPEATED_LENGTH } from './text-table.ts';
import type { RawDictionary, RawMessages } from './otlp-schema.ts';

type Int = number | bigint;

type CalledFunction = Pick<Line, 'functionName' | 'systemName' | 'file' | 'startLine'>;

/**
 * The dictionary of a message, with every reference checked. Rows that are alike become one, by the numbers of what they refer
 * to: their texts may be long, and many may refer to one.
 */
export class OtlpReadTables {
  readonly #strings: readonly string[];
  readonly #losses: LossList;
  readonly #attributes: OtlpReadAttributes;
  readonly #functions: OtlpReadTable<RawMessages['Function'], Identified<CalledFunction>>;
  readonly #mappings: OtlpReadTable<RawMessages['Mapping'], Identified<Mapping | undefined>>;
  readonly #locations: OtlpReadTable<RawMessages['Location'], Identified<StackEntry>>;
  readonly #stacks: OtlpReadTable<RawMessages['Stack'], Identified<readonly StackEntry[]>>;
  readonly #links: OtlpReadTable<RawMessages['Link'], { readonly link: SpanReference | undefined }>;
  readonly #identities = new Identities();
  readonly #texts = new Identities();
  readonly #valueTexts = new Set<number>();
  #repeatedLength = 0;
  readonly #entries = new Map<number, StackEntry>();
  readonly #stacksById = new Map<number, readonly StackEntry[]>();

  constructor(dictionary: RawDictionary, losses: LossList) {
    this.#strings = dictionary.stringTable ?? [];
    if ((this.#strings[0] ?? '') !== '') throw new InvalidOtlpError('the first entry of its string table is not empty');
    this.#losses = losses;
    this.#attributes = new OtlpReadAttributes(dictionary.attributeTable, this, losses);
    this.#functions = new OtlpReadTable('function', dictionary.functionTable, (row, at) => this.#function(row, at));
    this.#mappings = new OtlpReadTable('mapping', dictionary.mappingTable, (row, at) => this.#mapping(row, at));
    this.#locations = new OtlpReadTable('location', dictionary.locationTable, (row, at) => this.#location(row, at));
    this.#stacks = new OtlpReadTable('stack', dictionary.stackTable, (row, at) => this.#stack(row, at));
    this.#links = new OtlpReadTable('link', dictionary.linkTable, (row) => ({ link: this.#link(row) }));
  }

  text(index: Int, where: string): string {
    // A message without a table has only what says "nothing".
    const text = this.#strings[Number(index)] ?? (Number(index) === 0 ? '' : undefined);
    if (text !== undefined) return text;
    throw new InvalidOtlpError(`${where}: string ${String(index)} is not in its table of ${this.#strings.length}`);
  }

  /** As {@link text}, for what is in a value: maps and lists become texts of their own, so references may not repeat without end. */
  valueText(index: Int, where: string): string {
    const text = this.text(index, where);
    if (this.#valueTexts.has(Number(index))) this.#repeatedLength += text.length;
    this.#valueTexts.add(Number(index));
    if (this.#repeatedLength <= MAX_REPEATED_LENGTH) return text;
    throw new InvalidOtlpError(`${where}: values repeat texts of more than ${MAX_REPEATED_LENGTH} characters`);
  }

  /** Equal stacks are one object. 0 is the empty stack. */
  stack(index: Int, where: string): Identified<readonly StackEntry[]> {
    return Number(index) === 0 ? { id: -1, value: [] } : this.#stacks.at(index, where);
  }

  /** Equal sets of attributes are one object, whatever their order. */
  attributes(indices: readonly Int[], where: string): Identified<AttributesWithUnits> {
    return this.#attributes.set(indices, where);
  }

  link(index: Int, where: string): SpanReference | undefined {
    return Number(index) === 0 ? undefined : this.#links.at(index, where).link;
  }

  /** Counts what was not asked for: in the profiles that are read it has no place. Once, at the end. */
  countUnused(): void {
    this.#losses.add('stacks that no sample refers to', this.#stacks.unused);
    this.#losses.add('locations that no stack refers to', this.#locations.unused);
    this.#losses.add('functions that no location refers to', this.#functions.unused);
    this.#losses.add('mappings that no location refers to', this.#mappings.unused);
    this.#losses.add('attributes that nothing refers to', this.#attributes.unused);
    this.#losses.add('links that no sample refers to', this.#links.unused);
  }

  #function(row: RawMessages['Function'], at: string): Identified<CalledFunction> {
    const called = {
      functionName: this.text(row.nameStrindex ?? 0, at),
      systemName: this.text(row.systemNameStrindex ?? 0, at),
      file: this.text(row.filenameStrindex ?? 0, at),
      startLine: this.#position(row.startLine ?? 0),
    };
    const { functionName, systemName, file, startLine } = called;
    const texts = [functionName, systemName, file].map((text) => this.#texts.of(text));
    const key = `function ${startLine} ${texts.join()}`;
    return { id: this.#identities.of(key), value: called };
  }

  #mapping(row: RawMessages['Mapping'], at: string): Identified<Mapping | undefined> {
    const { id, value: attributes } = this.#attributes.set(row.attributeIndices ?? [], at);
    const { memoryStart = 0, memoryLimit = 0, fileOffset = 0 } = row;
    const file = this.text(row.filenameStrindex ?? 0, at);
    const numbers = [memoryStart, memoryLimit, fileOffset];
    const key = `mapping ${numbers.join()} ${id} ${this.#texts.of(file)}`;
    const isEmpty = numbers.every((number) => number === 0) && file === '' && Object.keys(attributes).length === 0;
    const [start, limit, offset] = numbers.map(BigInt) as [bigint, bigint, bigint];
    const value = isEmpty
      ? undefined
      : { memoryStart: start, memoryLimit: limit, fileOffset: offset, file, attributes };
    return { id: this.#identities.of(key), value };
  }

  #location(row: RawMessages['Location'], at: string): Identified<StackEntry> {
    const { mappingIndex = 0, address = 0, lines = [], attributeIndices = [] } = row;
    const mapping = Number(mappingIndex) === 0 ? undefined : this.#mappings.at(mappingIndex, at);
    const attributes = this.#attributes.set(attributeIndices, at);
    const calls = lines.map(({ functionIndex = 0, line = 0, column = 0 }) => ({
      called: this.#functions.at(functionIndex, at),
      line: this.#position(line),
      column: this.#position(column),
    }));
    const callKeys = calls.map(({ called, line, column }) => `${called.id}:${line}:${column}`).join();
    const mappingKey = mapping?.value ? String(mapping.id) : '';
    const id = this.#identities.of(`location ${mappingKey} ${String(address)} ${callKeys} ${attributes.id}`);
    const entry = entryOf({
      lines: calls.map(({ called, line, column }) => ({ ...called.value, line, column })),
      address: BigInt(address),
      ...(mapping?.value && { mapping: mapping.value }),
      attributes: attributes.value,
    });
    return { id, value: shared(this.#entries, id, entry) };
  }

  #stack({ locationIndices = [] }: RawMessages['Stack'], at: string): Identified<readonly StackEntry[]> {
    const entries = locationIndices.map((index) => this.#locations.at(index, at));
    const id = this.#identities.of(`stack ${entries.map((entry) => entry.id).join()}`);
    const stack = entries.map((entry) => entry.value);
    return { id: stack.length === 0 ? -1 : id, value: shared(this.#stacksById, id, stack) };
  }

  #link({ traceId, spanId }: RawMessages['Link']): SpanReference | undefined {
    if (isIdOf(traceId, 16) && isIdOf(spanId, 8)) return { traceId: hex(traceId), spanId: hex(spanId) };
    this.#losses.add('links whose ids are none');
    return undefined;
  }

  #position(value: Int): number {
    if (typeof value === 'number' && value >= 0) return value;
    this.#losses.add('lines and columns below 0 or beyond 2^53; set to 0');
    return 0;
  }
}

function shared<T>(known: Map<number, T>, id: number, value: T): T {
  const first = known.get(id) ?? value;
  known.set(id, first);
  return first;
}

/** Where nothing but zeros is no id. */
function isIdOf(bytes: Uint8Array | undefined, length: number): bytes is Uint8Array {
  return bytes?.length === length && bytes.some((byte) => byte !== 0);
}

// A view: it is read once.
function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
