import type { SpanReference, StackFrame } from '../base/types.ts';
import type { Attributes, AttributeValue } from '../profile/model.ts';

export interface FunctionRow {
  readonly nameStrindex: number;
  readonly filenameStrindex: number;
}

export interface LocationRow {
  readonly functionIndex: number;
  readonly line: number;
  readonly column: number;
  readonly attributeIndices: readonly number[];
}

export interface AttributeRow {
  readonly keyStrindex: number;
  readonly value: AttributeValue | undefined;
}

const FRAME_TYPE: Attributes = { 'profile.frame.type': 'v8js' };

/**
 * The tables that the profiles of one message share, as OTLP defines them: entry 0 of each is the zero value, no entry
 * occurs twice, and there is none that nothing refers to, if every index that is handed out is written. For one message;
 * knows no wire format.
 */
export class Dictionary {
  readonly #strings = new Table<string>('', '');
  readonly #functions = new Table<FunctionRow>('0:0', { nameStrindex: 0, filenameStrindex: 0 });
  readonly #locations = new Table<LocationRow>('', { functionIndex: 0, line: 0, column: 0, attributeIndices: [] });
  readonly #stacks: (readonly number[])[] = [[]];
  readonly #stacksByHash = new Map<number, number[]>([[hashOf([]), [0]]]);
  readonly #attributes = new Table<AttributeRow>('', { keyStrindex: 0, value: undefined });
  readonly #links = new Table<SpanReference | undefined>('', undefined);
  // Frames, stacks and attributes of one snapshot are shared objects: a look-up by identity is enough for most.
  readonly #locationOfFrame = new Map<StackFrame, number>();
  readonly #indexOfStack = new Map<readonly StackFrame[], number>();
  readonly #indicesOfAttributes = new Map<Attributes, readonly number[]>();
  #frameAttributes: readonly number[] | undefined;

  get strings(): readonly string[] {
    return this.#strings.rows;
  }

  get functions(): readonly FunctionRow[] {
    return this.#functions.rows;
  }

  get locations(): readonly LocationRow[] {
    return this.#locations.rows;
  }

  /** Location indices, leaf first. */
  get stacks(): readonly (readonly number[])[] {
    return this.#stacks;
  }

  get attributes(): readonly AttributeRow[] {
    return this.#attributes.rows;
  }

  get links(): readonly (SpanReference | undefined)[] {
    return this.#links.rows;
  }

  stringIndex(text: string): number {
    return this.#strings.intern(text, text);
  }

  stackIndex(stack: readonly StackFrame[]): number {
    let index = this.#indexOfStack.get(stack);
    if (index === undefined) this.#indexOfStack.set(stack, (index = this.#internStack(stack)));
    return index;
  }

  attributeIndices(attributes: Attributes): readonly number[] {
    let indices = this.#indicesOfAttributes.get(attributes);
    if (indices === undefined) {
      indices = Object.entries(attributes).map((entry) => this.#internAttribute(entry));
      this.#indicesOfAttributes.set(attributes, indices);
    }
    return indices;
  }

  /** 0 for no link. */
  linkIndex(link: SpanReference | undefined): number {
    return link === undefined ? 0 : this.#links.intern(link.traceId + link.spanId, link);
  }

  #internStack(stack: readonly StackFrame[]): number {
    const locationIndices = stack.map((frame) => this.#locationIndex(frame));
    const hash = hashOf(locationIndices);
    const candidates = this.#stacksByHash.get(hash) ?? [];
    const known = candidates.find((index) => areEqual(this.#stacks[index]!, locationIndices));
    if (known !== undefined) return known;
    const index = this.#stacks.push(locationIndices) - 1;
    candidates.push(index);
    this.#stacksByHash.set(hash, candidates);
    return index;
  }

  #internAttribute([key, value]: [string, AttributeValue]): number {
    const keyStrindex = this.stringIndex(key);
    return this.#attributes.intern(`${keyStrindex}:${valueKey(value)}`, { keyStrindex, value });
  }

  #locationIndex(frame: StackFrame): number {
    const known = this.#locationOfFrame.get(frame);
    if (known !== undefined) return known;
    const index = this.#internLocation(frame);
    this.#locationOfFrame.set(frame, index);
    return index;
  }

  #internLocation({ functionName, file, line, column }: StackFrame): number {
    const nameStrindex = this.stringIndex(functionName);
    const filenameStrindex = this.stringIndex(file);
    const functionIndex = this.#functions.intern(`${nameStrindex}:${filenameStrindex}`, {
      nameStrindex,
      filenameStrindex,
    });
    // Interned with the first location only: with no location it would be an attribute that nothing refers to.
    const attributeIndices = (this.#frameAttributes ??= this.attributeIndices(FRAME_TYPE));
    return this.#locations.intern(`${functionIndex}:${line}:${column}`, {
      functionIndex,
      line,
      column,
      attributeIndices,
    });
  }
}

/** Rows in the order of their first use, each once. */
class Table<Row> {
  readonly rows: Row[];
  readonly #indices: Map<string, number>;

  constructor(zeroKey: string, zeroRow: Row) {
    this.rows = [zeroRow];
    this.#indices = new Map([[zeroKey, 0]]);
  }

  intern(key: string, row: Row): number {
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const index = this.rows.push(row) - 1;
    this.#indices.set(key, index);
    return index;
  }
}

/** A key of text for each stack took as long as all the rest of a message. */
function hashOf(indices: readonly number[]): number {
  let hash = 0;
  for (const index of indices) hash = Math.imul(hash ^ index, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

function areEqual(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((value, i) => value === others[i]);
}

// Equal for equal values only: 1, '1', true and [1] are different values of one key.
function valueKey(value: AttributeValue): string {
  if (typeof value !== 'object') return `${typeof value} ${value}`;
  return isNumbers(value) ? `numbers ${bytesOf(value)}` : `strings ${JSON.stringify(value)}`;
}

function isNumbers(values: readonly string[] | readonly number[]): values is readonly number[] {
  return typeof values[0] === 'number';
}

/** A character a byte: a thousand numbers as decimals take half a millisecond. */
function bytesOf(values: readonly number[]): string {
  return Buffer.from(Float64Array.from(values).buffer).toString('latin1');
}
