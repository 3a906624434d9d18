import { InvalidPprofError } from './invalid-pprof.ts';
import type { LossList } from './loss-list.ts';

type FieldKind = 'integer' | 'integers' | 'text' | MessageName;
type MessageName = 'Profile' | 'ValueType' | 'Sample' | 'Label' | 'Mapping' | 'Location' | 'Line' | 'Function';

const integers = (...fields: number[]): Record<number, FieldKind> =>
  Object.fromEntries(fields.map((field) => [field, 'integer' as const]));

/** The messages of profile.proto. */
const MESSAGES: Record<MessageName, Readonly<Record<number, FieldKind>>> = {
  Profile: {
    1: 'ValueType',
    2: 'Sample',
    3: 'Mapping',
    4: 'Location',
    5: 'Function',
    6: 'text',
    11: 'ValueType',
    13: 'integers',
    ...integers(7, 8, 9, 10, 12, 14, 15),
  },
  ValueType: integers(1, 2),
  Sample: { 1: 'integers', 2: 'integers', 3: 'Label' },
  Label: integers(1, 2, 3, 4),
  Mapping: integers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
  Location: { 4: 'Line', ...integers(1, 2, 3, 5) },
  Line: integers(1, 2, 3),
  Function: integers(1, 2, 3, 4, 5),
};

const VARINT = 0;
const BYTES = 2;
const MAX_VARINT_BYTES = 10;
// The library reads a field's number from one byte.
const MAX_FIELD = 15;

/**
 * Throws an {@link InvalidPprofError} unless `bytes` are a message `Profile` from the first to the last: the library, which
 * decodes them afterwards, takes a field that is cut off for a short one, and an integer without an end for a long one.
 */
export function checkPprofWire(bytes: Uint8Array, losses: LossList): void {
  new WireCheck(bytes, losses).message('Profile', bytes.length);
}

class WireCheck {
  readonly #bytes: Uint8Array;
  readonly #losses: LossList;
  #at = 0;

  constructor(bytes: Uint8Array, losses: LossList) {
    this.#bytes = bytes;
    this.#losses = losses;
  }

  message(name: MessageName, end: number): void {
    while (this.#at < end) {
      const start = this.#at;
      const tag = this.#varint(end, name);
      this.#field(name, tag >>> 3, tag & 7, end, start);
    }
  }

  #field(name: MessageName, field: number, wireType: number, end: number, start: number): void {
    const kind = MESSAGES[name][field];
    const where = `field ${field} of ${name} at byte ${start}`;
    if (field < 1 || field > MAX_FIELD) throw new InvalidPprofError(`${where}: there is no such field`);
    if (wireType !== VARINT && wireType !== BYTES) throw new InvalidPprofError(`${where} has wire type ${wireType}`);
    if (kind !== undefined && !fits(kind, wireType)) throw new InvalidPprofError(`${where} is not of kind ${kind}`);
    if (kind === undefined) this.#losses.add(`fields of number ${field} in ${name}, which pprof does not define`);
    if (wireType === VARINT) this.#varint(end, where);
    else this.#content(kind, end, where);
  }

  #content(kind: FieldKind | undefined, end: number, where: string): void {
    const length = this.#varint(end, where);
    const contentEnd = this.#at + length;
    if (contentEnd > end) throw new InvalidPprofError(`${where} goes ${contentEnd - end} bytes beyond its message`);
    if (kind === 'integers') while (this.#at < contentEnd) this.#varint(contentEnd, where);
    else if (kind === undefined || kind === 'text' || kind === 'integer') this.#at = contentEnd;
    else this.message(kind, contentEnd);
  }

  /** Exact for what fits 32 bits; more matters only where it is too much. */
  #varint(end: number, where: string): number {
    let value = 0;
    for (let bytes = 0; bytes < MAX_VARINT_BYTES; bytes++) {
      const byte = this.#at < end ? this.#bytes[this.#at++] : undefined;
      if (byte === undefined) throw new InvalidPprofError(`${where} ends within an integer`);
      value += (byte & 0x7f) * 2 ** (7 * bytes);
      if (byte < 0x80) return value;
    }
    throw new InvalidPprofError(`${where} has an integer of more than ${MAX_VARINT_BYTES} bytes`);
  }
}

function fits(kind: FieldKind, wireType: number): boolean {
  return kind === 'integers' || (kind === 'integer' ? wireType === VARINT : wireType === BYTES);
}
