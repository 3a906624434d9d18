import { wholeNumber } from '../profile/whole-number.ts';

// The library gives 64 bits without their sign, as a number or a bigint, as they come.

/** An `int64` of pprof. */
export function signed(value: number | bigint): bigint {
  return BigInt.asIntN(64, BigInt(value));
}

/** A `uint64` of pprof. */
export function unsigned(value: number | bigint): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/** An `int64` as the model has it. */
export function whole(value: number | bigint): number | bigint {
  return wholeNumber(signed(value));
}
