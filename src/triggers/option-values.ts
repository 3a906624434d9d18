import { InvalidOptionError } from '../base/errors.ts';

// What timers take; a larger number would mean 1 ms to them.
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

// Each gives the value where it is what it has to be, and undefined where it is not given; else throws an InvalidOptionError with
// the name.

export function record(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidOptionError(name, 'an object', value);
}

export function amount(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === 'number' && value >= 0 && value < Infinity)) return value;
  throw new InvalidOptionError(name, 'a number of at least 0', value);
}

export function percent(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === 'number' && value > 0 && value <= 100)) return value;
  throw new InvalidOptionError(name, 'a number greater than 0 and at most 100', value);
}

export function millis(name: string, value: unknown, min = 0): number | undefined {
  if (value === undefined || (typeof value === 'number' && value >= min && value <= MAX_TIMER_MILLIS)) return value;
  throw new InvalidOptionError(name, `a number of milliseconds from ${min} to ${MAX_TIMER_MILLIS}`, value);
}
