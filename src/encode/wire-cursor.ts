/** Thrown for what quick readers leave to those that know every case: what is broken, or rare. */
export class NotReadQuickly extends Error {
  override readonly name = 'NotReadQuickly';
}

const MAX_EXACT_BYTES = 8;

/** Goes over a message of protobuf without making anything of it. */
export class WireCursor {
  readonly bytes: Buffer;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.end = end;
  }

  get isDone(): boolean {
    return this.at >= this.end;
  }

  /** A whole number that is exact, up to 2^53; more is not read. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let factor = 0x80;
    for (let read = 1; read < MAX_EXACT_BYTES; read++) {
      byte = bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80 && value <= Number.MAX_SAFE_INTEGER) return value;
      factor *= 0x80;
    }
    throw new NotReadQuickly('a number of more than 53 bits, or none');
  }

  /** A whole number with its sign that is exact. */
  integer(): number {
    let last = this.at;
    while (this.bytes[last]! >= 0x80) last++;
    if (last - this.at < MAX_EXACT_BYTES - 1) return this.varint();
    const value = Number(this.int64());
    if (Number.isSafeInteger(value)) return value;
    throw new NotReadQuickly('a number of more than 53 bits');
  }

  /** A number of 64 bits with its sign. */
  int64(): bigint {
    const { bytes } = this;
    const start = this.at;
    let last = start;
    while (bytes[last]! >= 0x80) last++;
    if (last - start < MAX_EXACT_BYTES - 1) return BigInt(this.varint());
    if (last - start > 9) throw new NotReadQuickly('a number of more than 64 bits');
    let value = 0n;
    for (let at = last; at >= start; at--) value = (value << 7n) | BigInt(bytes[at]! & 0x7f);
    this.at = last + 1;
    return BigInt.asIntN(64, value);
  }

  uint64(): bigint {
    return BigInt.asUintN(64, this.int64());
  }

  double(): number {
    if (this.at + 8 > this.end) throw new NotReadQuickly('a number is cut off');
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  fixed64(): bigint {
    if (this.at + 8 > this.end) throw new NotReadQuickly('a number is cut off');
    const value = this.bytes.readBigUInt64LE(this.at);
    this.at += 8;
    return value;
  }

  /** Passes over what a field holds, to be read later: adds where it begins and where it ends. */
  pass(into: number[]): void {
    const end = this.contentEnd();
    into.push(this.at, end);
    this.at = end;
  }

  /** The end of a field of bytes, whose content is next. */
  contentEnd(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) throw new NotReadQuickly('a field is cut off');
    return end;
  }

  /** The field of bytes as a cursor of its own; goes behind it. */
  content(): WireCursor {
    const end = this.contentEnd();
    const content = new WireCursor(this.bytes, this.at, end);
    this.at = end;
    return content;
  }

  /** Whole numbers, packed or one. */
  varints(wireType: number, into: number[]): void {
    if (wireType === 0) {
      into.push(this.varint());
      return;
    }
    if (wireType !== 2) throw new NotReadQuickly('no number');
    for (const end = this.contentEnd(); this.at < end;) into.push(this.varint());
  }

  /** Turns to another part of the bytes. */
  goTo(at: number, end: number): this {
    this.at = at;
    this.end = end;
    return this;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.int64();
    else if (wireType === 1) this.at += 8;
    else if (wireType === 2) this.at = this.contentEnd();
    else throw new NotReadQuickly(`wire type ${wireType}`);
    if (this.at > this.end) throw new NotReadQuickly('a field is cut off');
  }

  /** What is left of it. */
  get rest(): Uint8Array {
    return this.bytes.subarray(this.at, this.end);
  }

  /** Throws unless the message ended where it should. */
  finish(): void {
    if (this.at !== this.end) throw new NotReadQuickly('it does not end where it should');
  }
}

/** Whole numbers of a message by their fields; 0 where a field is not there. */
export function readNumbers(cursor: WireCursor, fields: readonly number[]): number[] {
  const numbers = fields.map(() => 0);
  while (!cursor.isDone) {
    const tag = cursor.varint();
    const index = fields.indexOf(tag >> 3);
    if (index < 0) cursor.skip(tag & 7);
    else if ((tag & 7) === 0) numbers[index] = cursor.varint();
    else throw new NotReadQuickly('no number');
  }
  cursor.finish();
  return numbers;
}
