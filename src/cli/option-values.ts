import { InvalidArgumentError } from 'commander';

// Readers of option values; what is wrong is said behind the option's name.

/** A whole number of at least 1. */
export function count(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}

export function millis(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of milliseconds of at least 0.');
}

/** A timer can't be longer. */
const MAX_SECONDS = 86_400;

export function seconds(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value > 0 && value <= MAX_SECONDS) return value;
  throw new InvalidArgumentError(`It must be a number of seconds greater than 0 and at most ${MAX_SECONDS}.`);
}

/** Collects `name=value`. */
export function label(text: string, before: readonly string[] = []): string[] {
  if (text.indexOf('=') > 0) return [...before, text];
  throw new InvalidArgumentError('It must be name=value.');
}

export function traceId(text: string): string {
  if (/^[0-9a-f]{32}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be 32 hex digits.');
}

export function regularExpression(text: string): string {
  try {
    new RegExp(text);
    return text;
  } catch (thrown) {
    throw new InvalidArgumentError(`${(thrown as Error).message}.`);
  }
}
