import { performance } from 'node:perf_hooks';

/** Monotonic milliseconds: tasks are timed with it. 40 ns a call. */
export const nowMillis: () => number = performance.now.bind(performance);

// Read at load: fake clocks of tests jump, and give fractions or nothing.
const { now: wallMillis } = Date;

const MILLIS_TO_NANOS = 1_000_000;

/** Nanoseconds since the epoch of a reading of {@link nowMillis}; follows the wall clock, not `performance.timeOrigin`. */
export function unixNanoOf(monotonicMillis: number): bigint {
  const agoMillis = nowMillis() - monotonicMillis;
  return BigInt(wallMillis()) * BigInt(MILLIS_TO_NANOS) - BigInt(Math.round(agoMillis * MILLIS_TO_NANOS));
}

/** Whole nanoseconds of a duration in milliseconds. */
export function nanosOf(millis: number): bigint {
  return BigInt(Math.round(millis * MILLIS_TO_NANOS));
}
