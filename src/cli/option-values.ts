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

/** A port of a listener; 0 for a free one. */
export function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

const AGE_UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

/** `90s`, `30m`, `24h`, `7d` in milliseconds. */
export function age(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const millis = Number(number) * (AGE_UNITS[unit] ?? NaN);
  if (millis > 0) return millis;
  throw new InvalidArgumentError('It must be a number and s, m, h or d: 30m, 24h, 7d.');
}

const SIZE_UNITS: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const MIN_SIZE = 2 ** 20;

/** `512M`, `2G` in bytes. */
export function size(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMG])(?:i?B)?$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (SIZE_UNITS[unit.toLowerCase()] ?? NaN));
  if (bytes >= MIN_SIZE && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('It must be a number and K, M or G, of at least 1M: 512M, 2G.');
}
