import type { SpanReference } from '../base/types.ts';
import { checkAttributes } from './check-attributes.ts';
import { checkStack } from './check-stack.ts';
import { sampleIdentity } from './identity.ts';
import { expect, InvalidProfileError } from './invalid-profile.ts';
import type { OriginalPayload, Profile, ProfileSample, TimedValue, ValueType } from './model.ts';
import { addWhole, isInt64, isUint64 } from './whole-number.ts';

export { InvalidProfileError } from './invalid-profile.ts';

/** Throws an {@link InvalidProfileError} at the first thing in `profile` that no encoder could write, or nobody read. */
export function checkProfile(profile: Profile): void {
  checkValueType(profile.sampleType, 'sampleType');
  checkValueType(profile.periodType, 'periodType');
  expect(isInt64(profile.period) && profile.period > 0, 'period', 'a whole number greater than 0', profile.period);
  checkNanos(profile.timeUnixNano, 'timeUnixNano');
  checkNanos(profile.durationNano, 'durationNano');
  checkAttributes(profile.attributes, 'attributes');
  if (profile.originalPayload) checkOriginalPayload(profile.originalPayload);
  const identities = new Map<string, number>();
  for (const [index, sample] of profile.samples.entries()) {
    checkSample(sample, `sample ${index}`);
    if (sample.timed) checkTimed(sample.timed, sample.value, profile, `sample ${index}`);
    checkIdentity(sample, index, identities);
  }
}

function checkSample({ stack, attributes, link, value }: ProfileSample, where: string): void {
  // Whole numbers beyond 2^53 are allowed: a million tasks that wait for ten seconds are 10^16 nanoseconds.
  expect(isInt64(value), `${where}: value`, 'a whole number of 64 bits', value);
  checkStack(stack, where);
  checkAttributes(attributes, `${where}: attributes`);
  if (link) checkLink(link, where);
}

function checkTimed(
  timed: readonly TimedValue[],
  value: number | bigint,
  { timeUnixNano, durationNano }: Profile,
  where: string,
): void {
  expect(timed.length > 0, `${where}: timed`, 'left out or not empty', timed);
  const end = timeUnixNano + durationNano;
  for (const [index, one] of timed.entries()) {
    const isInside = typeof one.timeUnixNano === 'bigint' && one.timeUnixNano >= timeUnixNano && one.timeUnixNano < end;
    expect(isInside, `${where}: timed ${index}: timeUnixNano`, "inside of the profile's time", one.timeUnixNano);
    expect(isInt64(one.value), `${where}: timed ${index}: value`, 'a whole number of 64 bits', one.value);
  }
  const sum = timed.map((one) => one.value).reduce(addWhole);
  expect(BigInt(sum) === BigInt(value), `${where}: value`, `the sum of its timed values, ${String(sum)}`, value);
}

function checkLink({ traceId, spanId }: SpanReference, where: string): void {
  expect(isId(traceId, 32), `${where}: link.traceId`, '32 lower-case hex digits, not all 0', traceId);
  expect(isId(spanId, 16), `${where}: link.spanId`, '16 lower-case hex digits, not all 0', spanId);
}

/** Whether `id` is one of a trace (32 digits) or a span (16), as OpenTelemetry writes it. */
export function isId(id: string, digits: 32 | 16): boolean {
  return id.length === digits && /^[0-9a-f]+$/.test(id) && /[^0]/.test(id);
}

function checkValueType({ type, unit }: ValueType, where: string): void {
  expect(typeof type === 'string' && type !== '', `${where}.type`, 'a name', type);
  expect(typeof unit === 'string', `${where}.unit`, "a name, or '' for none", unit);
}

function checkNanos(nanos: bigint, where: string): void {
  expect(isUint64(nanos), where, 'a bigint of nanoseconds, at least 0 and below 2^64', nanos);
}

function checkOriginalPayload({ format, bytes }: OriginalPayload): void {
  expect(typeof format === 'string' && format !== '', 'originalPayload.format', 'a name', format);
  expect(bytes instanceof Uint8Array, 'originalPayload.bytes', 'a Uint8Array', bytes);
}

function checkIdentity(sample: ProfileSample, index: number, seen: Map<string, number>): void {
  const identity = sampleIdentity(sample);
  const first = seen.get(identity);
  if (first !== undefined) {
    throw new InvalidProfileError(`sample ${index} has the stack, attributes and link of sample ${first}`);
  }
  seen.set(identity, index);
}
