/**
 * What a field holds: `integer` a varint, `integers` one or packed ones, `fixed64` eight bytes (a double as well), `fixed64s` one
 * or packed ones, `text` bytes of any kind, or the name of a message.
 */
export type FieldKind<Name extends string> = 'integer' | 'integers' | 'fixed64' | 'fixed64s' | 'text' | Name;

/** The fields of each message by their numbers. */
export type WireSchema<Name extends string> = Readonly<Record<Name, Readonly<Record<number, FieldKind<Name>>>>>;

export interface WireRules<Name extends string> {
  readonly schema: WireSchema<Name>;
  /** The greatest number that the decoder knows how to read. */
  readonly maxField: number;
  /** Wire types that a field which the schema does not know may have. */
  readonly wireTypes: readonly number[];
  /** The error for bytes that are no such message. */
  readonly invalid: (problem: string) => Error;
  readonly onUnknownField: (field: number, message: Name) => void;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const FIXED_BYTES: Readonly<Record<number, number>> = { [FIXED64]: 8, [FIXED32]: 4 };
const MAX_VARINT_BYTES = 10;
const POWERS: readonly number[] = Array.from({ length: MAX_VARINT_BYTES }, (_, bytes) => 2 ** (7 * bytes));
const MAX_TAG = 2 ** 32;
/** Of fields whose tag needs no second byte. */
const MAX_SHORT_FIELD = 15;
/** As protobuf's own decoders have it. */
const MAX_DEPTH = 100;
const ONLY_BYTES: readonly number[] = [BYTES];

const WIRE_TYPES: Readonly<Record<string, readonly number[]>> = {
  integer: [VARINT],
  integers: [VARINT, BYTES],
  fixed64: [FIXED64],
  fixed64s: [FIXED64, BYTES],
};

/**
 * Throws unless `bytes` are a message `root` of the schema from the first to the last. Decoders of protobuf that are made for
 * speed take a field that is cut off for a short one, and an integer without an end for a long one: this goes ahead of them.
 */
export function checkWire<Name extends string>(bytes: Uint8Array, root: Name, rules: WireRules<Name>): void {
  new WireCheck(bytes, rules).message(root, bytes.length, 0);
}

class WireCheck<Name extends string> {
  readonly #bytes: Uint8Array;
  readonly #rules: WireRules<Name>;
  #at = 0;
  // The field that is looked at, for errors. A text for each would cost more than the check.
  #message: Name | undefined;
  #number = 0;
  #start = 0;

  constructor(bytes: Uint8Array, rules: WireRules<Name>) {
    this.#bytes = bytes;
    this.#rules = rules;
  }

  message(name: Name, end: number, depth: number): void {
    if (depth > MAX_DEPTH)
      throw this.#rules.invalid(`${name} at byte ${this.#at} is nested more than ${MAX_DEPTH} deep`);
    while (this.#at < end) this.#field(name, end, depth);
  }

  #field(name: Name, end: number, depth: number): void {
    this.#message = name;
    this.#number = 0;
    this.#start = this.#at;
    const tag = this.#varint(end);
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    const kind = this.#rules.schema[name][field];
    this.#number = field;
    const { maxField, wireTypes } = this.#rules;
    if (field < 1 || field > maxField || tag >= MAX_TAG) throw this.#invalid(': there is no such field');
    // A decoder that knows no greater fields reads one byte only.
    if (maxField <= MAX_SHORT_FIELD && this.#at > this.#start + 1)
      throw this.#invalid(' has a longer tag than it needs');
    if (!wireTypes.includes(wireType)) throw this.#invalid(` has wire type ${wireType}`);
    if (kind === undefined) this.#rules.onUnknownField(field, name);
    else if (!(WIRE_TYPES[kind] ?? ONLY_BYTES).includes(wireType)) throw this.#invalid(` is not of kind ${kind}`);
    if (wireType === VARINT) this.#varint(end);
    else this.#content(kind, this.#contentEnd(wireType, end), depth);
  }

  #contentEnd(wireType: number, end: number): number {
    const length = FIXED_BYTES[wireType] ?? this.#varint(end);
    const contentEnd = this.#at + length;
    if (contentEnd > end) throw this.#invalid(` goes ${contentEnd - end} bytes beyond its message`);
    return contentEnd;
  }

  #content(kind: FieldKind<Name> | undefined, contentEnd: number, depth: number): void {
    if (kind === 'integers') {
      while (this.#at < contentEnd) this.#varint(contentEnd);
    } else if (kind === 'fixed64s') {
      if ((contentEnd - this.#at) % 8 !== 0) throw this.#invalid(' ends within a number');
      this.#at = contentEnd;
    } else if (kind === undefined || kind === 'text' || kind === 'fixed64' || kind === 'integer') {
      this.#at = contentEnd;
    } else {
      this.message(kind, contentEnd, depth + 1);
    }
  }

  /** Exact for what fits 32 bits; more matters only where it is too much. */
  #varint(end: number): number {
    let value = 0;
    for (let bytes = 0; bytes < MAX_VARINT_BYTES; bytes++) {
      const byte = this.#at < end ? this.#bytes[this.#at++] : undefined;
      if (byte === undefined) throw this.#invalid(' ends within an integer');
      value += (byte & 0x7f) * POWERS[bytes]!;
      if (byte < 0x80) return value;
    }
    throw this.#invalid(` has an integer of more than ${MAX_VARINT_BYTES} bytes`);
  }

  #invalid(problem: string): Error {
    const name = this.#message ?? '';
    const what =
      this.#number === 0 && problem.startsWith(' ') ? name : `field ${this.#number} of ${name} at byte ${this.#start}`;
    return this.#rules.invalid(what + problem);
  }
}
