import { printable } from '../base/errors.ts';
import type { SpanReference, StackFrame } from '../base/types.ts';
import type { Attributes, AttributeValue, Profile, ProfileSample, ValueType } from './model.ts';

/** Thrown by {@link checkProfile}; the message says where: `sample 3: value must be ...`. */
export class InvalidProfileError extends Error {
  override readonly name = 'InvalidProfileError';
}

const MAX_INT64 = 2 ** 63;

/** Throws an {@link InvalidProfileError} at the first thing in `profile` that no encoder could write, or nobody read. */
export function checkProfile(profile: Profile): void {
  checkValueType(profile.sampleType, 'sampleType');
  checkValueType(profile.periodType, 'periodType');
  expect(isInt64(profile.period) && profile.period > 0, 'period', 'a whole number greater than 0', profile.period);
  checkNanos(profile.timeUnixNano, 'timeUnixNano');
  checkNanos(profile.durationNano, 'durationNano');
  checkAttributes(profile.attributes, 'attributes');
  const identities = new Map<string, number>();
  for (const [index, sample] of profile.samples.entries()) {
    checkSample(sample, `sample ${index}`);
    checkIdentity(sample, index, identities);
  }
}

function checkSample({ stack, attributes, link, value }: ProfileSample, where: string): void {
  expect(isInt64(value) && value >= 0, `${where}: value`, 'a whole number of at least 0', value);
  for (const [index, frame] of stack.entries()) checkFrame(frame, `${where}: frame ${index}`);
  checkAttributes(attributes, `${where}: attributes`);
  if (link) checkLink(link, where);
}

function checkFrame({ functionName, file, line, column }: StackFrame, where: string): void {
  expect(typeof functionName === 'string', `${where}: functionName`, 'a string', functionName);
  expect(typeof file === 'string', `${where}: file`, 'a string', file);
  expect(Number.isSafeInteger(line) && line >= 0, `${where}: line`, 'a whole number of at least 0', line);
  expect(Number.isSafeInteger(column) && column >= 0, `${where}: column`, 'a whole number of at least 0', column);
}

function checkLink({ traceId, spanId }: SpanReference, where: string): void {
  expect(isId(traceId, 32), `${where}: link.traceId`, '32 lower-case hex digits, not all 0', traceId);
  expect(isId(spanId, 16), `${where}: link.spanId`, '16 lower-case hex digits, not all 0', spanId);
}

function isId(id: string, digits: number): boolean {
  return id.length === digits && /^[0-9a-f]+$/.test(id) && /[^0]/.test(id);
}

function checkValueType({ type, unit }: ValueType, where: string): void {
  expect(typeof type === 'string' && type !== '', `${where}.type`, 'a name', type);
  expect(typeof unit === 'string' && unit !== '', `${where}.unit`, 'a name', unit);
}

function checkNanos(nanos: bigint, where: string): void {
  const inRange = typeof nanos === 'bigint' && nanos >= 0n && nanos < 2n ** 64n;
  expect(inRange, where, 'a bigint of nanoseconds, at least 0 and below 2^64', nanos);
}

function checkAttributes(attributes: Attributes, where: string): void {
  for (const [key, value] of Object.entries(attributes)) {
    expect(
      /^[A-Za-z_][A-Za-z0-9_.]*$/.test(key),
      `${where}: key`,
      'letters, digits, _ and ., no digit or . first',
      key,
    );
    expect(isAttributeValue(value), `${where}: ${key}`, 'a string, number, boolean, or strings or numbers only', value);
  }
}

function isAttributeValue(value: AttributeValue): boolean {
  if (!Array.isArray(value)) return typeof value === 'boolean' || isPlain(value, typeof value);
  return value.every((element) => isPlain(element, typeof value[0]));
}

function isPlain(value: unknown, type: string): boolean {
  return typeof value === type && (type === 'string' || (type === 'number' && Number.isFinite(value)));
}

// Whole numbers beyond 2^53 are allowed: a million tasks that wait for ten seconds are 10^16 nanoseconds.
function isInt64(value: number): boolean {
  return Number.isInteger(value) && value < MAX_INT64;
}

function checkIdentity({ stack, attributes, link }: ProfileSample, index: number, seen: Map<string, number>): void {
  const frames = stack.map(({ functionName, file, line, column }) => [functionName, file, line, column]);
  const labels = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const identity = JSON.stringify([frames, labels, link?.traceId, link?.spanId]);
  const first = seen.get(identity);
  if (first !== undefined) {
    throw new InvalidProfileError(`sample ${index} has the stack, attributes and link of sample ${first}`);
  }
  seen.set(identity, index);
}

function expect(holds: boolean, what: string, requirement: string, value: unknown): void {
  if (!holds) throw new InvalidProfileError(`${what} must be ${requirement}, got ${printable(value)}`);
}
