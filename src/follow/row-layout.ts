/** Numbers of a row, in 32-bit words: 40 bytes that lie together, since an event touches nearly all of them. */
export const ROW_WORDS = 10;

/** The same in words of 64 bits: where the row's time stands, which comes first. */
export const ROW_DOUBLES = ROW_WORDS / 2;

/** Places of a row's numbers; its first two words are the time at which it parked. */
export const Word = {
  /** A 32-bit float. */
  probability: 2,
  /** Shape in two bits, whether it is noted in one, the unit in the rest. */
  tags: 3,
  inner: 4,
  outer: 5,
  outerMadeAt: 6,
  madeAt: 7,
  older: 8,
  newer: 9,
} as const;

/** Parts of `Word.tags`. */
export const SHAPE_BITS = 3;
export const NOTED_BIT = 4;
export const UNIT_SHIFT = 3;

/** Views of one buffer. */
export interface RowWords {
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

/** Room for `capacity` rows, the first of them as in `from`, all others free. */
export function createRowWords(capacity: number, from?: RowWords): RowWords {
  const ints = new Int32Array(capacity * ROW_WORDS).fill(-1, from?.ints.length ?? 0);
  if (from !== undefined) ints.set(from.ints);
  return { ints, floats: new Float32Array(ints.buffer), doubles: new Float64Array(ints.buffer) };
}
