import { readNumbers, type WireCursor } from '../encode/wire-cursor.ts';

/** A location of OTLP or of pprof; its numbers refer to other tables. */
export interface LocationRow {
  /** Of pprof; 0 with OTLP. */
  readonly id: number;
  readonly mapping: number;
  readonly address: bigint;
  readonly lines: readonly { readonly called: number; readonly line: number }[];
}

/** The numbers of a location's fields. */
export interface LocationFields {
  readonly id: number;
  readonly mapping: number;
  readonly address: number;
  readonly lines: number;
}

const VARINT = 0;
const BYTES = 2;

export function readLocationRow(cursor: WireCursor, fields: LocationFields): LocationRow {
  let [id, mapping, address] = [0, 0, 0n];
  const lines: { called: number; line: number }[] = [];
  while (!cursor.isDone) {
    const tag = cursor.varint();
    const [field, wireType] = [tag >> 3, tag & 7];
    if (field === fields.lines && wireType === BYTES) {
      const [called, line] = readNumbers(cursor.content(), [1, 2]);
      lines.push({ called: called!, line: line! });
    } else if (wireType !== VARINT) cursor.skip(wireType);
    else if (field === fields.address) address = BigInt.asUintN(64, cursor.int64());
    else if (field === fields.mapping) mapping = cursor.varint();
    else if (field === fields.id) id = cursor.varint();
    else cursor.skip(wireType);
  }
  cursor.finish();
  return { id, mapping, address, lines };
}
