import type { SpanReference, StackFrame } from '../base/types.ts';
import { isQuantity } from '../profile/check-attributes.ts';
import { frameAttributes, isLocation } from '../profile/location.ts';
import type {
  AttributesWithUnits,
  AttributeValue,
  Line,
  Location,
  Mapping,
  Quantity,
  StackEntry,
} from '../profile/model.ts';
import {
  attributeKey,
  type AttributeRow,
  functionKey,
  type FunctionRow,
  type LineRow,
  locationKey,
  type LocationRow,
  mappingKey,
  type MappingRow,
  NO_ATTRIBUTE,
  NO_FUNCTION,
  NO_LOCATION,
  NO_MAPPING,
} from './dictionary-rows.ts';
import { IndexTable, ListTable } from './index-table.ts';

export type { AttributeRow, FunctionRow, LineRow, LocationRow, MappingRow } from './dictionary-rows.ts';

/**
 * The tables that the profiles of one message share, as OTLP defines them: entry 0 of each is the zero value, no entry
 * occurs twice, and there is none that nothing refers to, if every index that is handed out is written. For one message;
 * knows no wire format.
 */
export class Dictionary {
  readonly #strings = new IndexTable<string>('', (text) => text);
  readonly #mappings = new IndexTable<MappingRow>(NO_MAPPING, mappingKey);
  readonly #functions = new IndexTable<FunctionRow>(NO_FUNCTION, functionKey);
  readonly #locations = new IndexTable<LocationRow>(NO_LOCATION, locationKey);
  readonly #stacks = new ListTable();
  readonly #attributes = new IndexTable<AttributeRow>(NO_ATTRIBUTE, attributeKey);
  readonly #links = new IndexTable<SpanReference | undefined>(undefined, (link) =>
    link ? link.traceId + link.spanId : '',
  );
  // Entries, stacks and attributes of one snapshot are shared objects: a look-up by identity is enough for most.
  readonly #locationOfEntry = new Map<StackEntry, number>();
  readonly #indexOfStack = new Map<readonly StackEntry[], number>();
  readonly #indexOfMapping = new Map<Mapping, number>();
  readonly #indicesOfAttributes = new Map<AttributesWithUnits, readonly number[]>();

  get strings(): readonly string[] {
    return this.#strings.rows;
  }

  get mappings(): readonly MappingRow[] {
    return this.#mappings.rows;
  }

  get functions(): readonly FunctionRow[] {
    return this.#functions.rows;
  }

  get locations(): readonly LocationRow[] {
    return this.#locations.rows;
  }

  /** Location indices, leaf first. */
  get stacks(): readonly (readonly number[])[] {
    return this.#stacks.rows;
  }

  get attributes(): readonly AttributeRow[] {
    return this.#attributes.rows;
  }

  get links(): readonly (SpanReference | undefined)[] {
    return this.#links.rows;
  }

  stringIndex(text: string): number {
    return this.#strings.indexOf(text);
  }

  stackIndex(stack: readonly StackEntry[]): number {
    let index = this.#indexOfStack.get(stack);
    if (index === undefined) {
      index = this.#stacks.indexOf(stack.map((entry) => this.#locationOfEntry.get(entry) ?? this.#newLocation(entry)));
      this.#indexOfStack.set(stack, index);
    }
    return index;
  }

  attributeIndices(attributes: AttributesWithUnits): readonly number[] {
    let indices = this.#indicesOfAttributes.get(attributes);
    if (indices === undefined) {
      indices = Object.entries(attributes).map(([key, value]) => this.#attributeIndex(key, value));
      this.#indicesOfAttributes.set(attributes, indices);
    }
    return indices;
  }

  /** 0 for no link. */
  linkIndex(link: SpanReference | undefined): number {
    return this.#links.indexOf(link);
  }

  #attributeIndex(key: string, value: AttributeValue | Quantity): number {
    const keyStrindex = this.stringIndex(key);
    if (!isQuantity(value)) return this.#attributes.indexOf({ keyStrindex, value, unitStrindex: 0 });
    return this.#attributes.indexOf({ keyStrindex, value: value.value, unitStrindex: this.stringIndex(value.unit) });
  }

  #newLocation(entry: StackEntry): number {
    const index = this.#locations.indexOf(isLocation(entry) ? this.#locationRow(entry) : this.#frameRow(entry));
    this.#locationOfEntry.set(entry, index);
    return index;
  }

  #locationRow({ mapping, address, lines, attributes }: Location): LocationRow {
    return {
      mappingIndex: mapping ? (this.#indexOfMapping.get(mapping) ?? this.#newMapping(mapping)) : 0,
      address,
      lines: lines.map((line) => this.#lineRow(line, line)),
      attributeIndices: this.attributeIndices(attributes),
    };
  }

  #frameRow(frame: StackFrame): LocationRow {
    const attributeIndices = this.attributeIndices(frameAttributes(frame));
    return { mappingIndex: 0, address: 0n, lines: [this.#lineRow(frame)], attributeIndices };
  }

  #lineRow({ functionName, file, line, column }: StackFrame, details?: Line): LineRow {
    const functionIndex = this.#functions.indexOf({
      nameStrindex: this.stringIndex(functionName),
      systemNameStrindex: this.stringIndex(details?.systemName ?? ''),
      filenameStrindex: this.stringIndex(file),
      startLine: details?.startLine ?? 0,
    });
    return { functionIndex, line, column };
  }

  #newMapping(mapping: Mapping): number {
    const { memoryStart, memoryLimit, fileOffset, file, attributes } = mapping;
    const index = this.#mappings.indexOf({
      memoryStart,
      memoryLimit,
      fileOffset,
      filenameStrindex: this.stringIndex(file),
      attributeIndices: this.attributeIndices(attributes),
    });
    this.#indexOfMapping.set(mapping, index);
    return index;
  }
}
