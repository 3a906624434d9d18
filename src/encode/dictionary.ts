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
  readonly #stacks = new Table<readonly number[]>('', []);
  readonly #attributes = new Table<AttributeRow>('', { keyStrindex: 0, value: undefined });
  readonly #links = new Table<SpanReference | undefined>('', undefined);
  // Frames and stacks of one snapshot are shared objects: a look-up by identity saves the making of a key for most.
  readonly #locationOfFrame = new Map<StackFrame, number>();
  readonly #indexOfStack = new Map<readonly StackFrame[], number>();
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
    return this.#stacks.rows;
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
    const known = this.#indexOfStack.get(stack);
    if (known !== undefined) return known;
    const locationIndices = stack.map((frame) => this.#locationIndex(frame));
    const index = this.#stacks.intern(locationIndices.join(), locationIndices);
    this.#indexOfStack.set(stack, index);
    return index;
  }

  attributeIndices(attributes: Attributes): number[] {
    return Object.entries(attributes).map(([key, value]) => {
      const keyStrindex = this.stringIndex(key);
      return this.#attributes.intern(`${keyStrindex}:${valueKey(value)}`, { keyStrindex, value });
    });
  }

  /** 0 for no link. */
  linkIndex(link: SpanReference | undefined): number {
    return link === undefined ? 0 : this.#links.intern(link.traceId + link.spanId, link);
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

// Equal for equal values only: 1, '1', true and [1] are different values of one key.
function valueKey(value: AttributeValue): string {
  if (typeof value !== 'object') return `${typeof value} ${value}`;
  // Numbers are joined, since JSON makes null of NaN and of the infinities.
  return typeof value[0] === 'number' ? `numbers ${value.join()}` : `strings ${JSON.stringify(value)}`;
}
