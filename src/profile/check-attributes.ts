import { expect } from './invalid-profile.ts';
import type { AttributesWithUnits, AttributeValue, Quantity } from './model.ts';
import { isInt64 } from './whole-number.ts';

/** Throws an `InvalidProfileError` at the first key or value that no encoder could write. */
export function checkAttributes(attributes: AttributesWithUnits, where: string): void {
  for (const [key, value] of Object.entries(attributes)) {
    expect(key !== '', `${where}: key`, 'a name', key);
    const allowed = 'a string, number, boolean, or strings or numbers only, or { value, unit } with numbers';
    expect(isQuantity(value) ? isSoundQuantity(value) : isAttributeValue(value), `${where}: ${key}`, allowed, value);
  }
}

/** Whether an attribute has a unit. */
export function isQuantity(value: AttributeValue | Quantity | null): value is Quantity {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSoundQuantity({ value, unit }: Quantity): boolean {
  if (typeof unit !== 'string' || unit === '') return false;
  return Array.isArray(value) ? isNumbers(value) : isNumber(value);
}

function isAttributeValue(value: AttributeValue): boolean {
  if (Array.isArray(value)) return value.every((element) => typeof element === 'string') || isNumbers(value);
  return typeof value === 'string' || typeof value === 'boolean' || isNumber(value);
}

// An array is written as integers or as doubles, and a double does not hold every bigint.
function isNumbers(values: readonly unknown[]): boolean {
  const anyBigint = values.some((value) => typeof value === 'bigint');
  return values.every(
    (value) => isNumber(value) && (!anyBigint || typeof value === 'bigint' || Number.isSafeInteger(value)),
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === 'bigint' ? isInt64(value) : Number.isFinite(value);
}
