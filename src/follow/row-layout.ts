/** No row. */
export const NONE = -1;

/** No row, but a park that was captured. */
export const CAPTURED = -3;

/** What a row is, by events alone. */
export const RowShape = {
  /** Nothing of this run stands for what it waits for, but for links: a task, or a `.then` that nobody awaits. */
  leaf: 0,
  /** It awaits what was made right before it: a call, or the join of one that was started in the same run. */
  joint: 1,
  /** A `.then` whose promise is awaited or continued in turn, or the wrapper of `await <value>`: never a task. */
  link: 2,
} as const;

/** Numbers of a row, in 32-bit words: 40 bytes that lie together, since an event touches nearly all of them. */
export const ROW_WORDS = 10;

/** The same in words of 64 bits: where the row's time stands, which comes first. */
export const ROW_DOUBLES = ROW_WORDS / 2;

// Places of a row's numbers; its first two words are the time at which it parked.

/** A 32-bit float. */
export const PROBABILITY = 2;
/** Shape in two bits, whether it is noted in one, the unit in the rest. */
export const TAGS = 3;
export const INNER = 4;
export const OUTER = 5;
export const OUTER_MADE_AT = 6;
export const MADE_AT = 7;
export const OLDER = 8;
export const NEWER = 9;

// Parts of its tags.
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
  const ints = new Int32Array(capacity * ROW_WORDS).fill(NONE, from?.ints.length ?? 0);
  if (from !== undefined) ints.set(from.ints);
  return { ints, floats: new Float32Array(ints.buffer), doubles: new Float64Array(ints.buffer) };
}
