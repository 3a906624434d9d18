/** The number, where it holds `value` exactly; `value` itself otherwise. */
export function wholeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The exact sum. */
export function addWhole(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  return wholeNumber(BigInt(a) + BigInt(b));
}

/** Whether `value` is a whole number that 64 bits with a sign hold. */
export function isInt64(value: unknown): value is number | bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value;
  return Number.isInteger(value) && Math.abs(value as number) < 2 ** 63;
}

/** Whether `value` is a bigint that 64 bits without a sign hold. */
export function isUint64(value: unknown): value is bigint {
  return typeof value === 'bigint' && BigInt.asUintN(64, value) === value;
}
