import assert from 'node:assert/strict';

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Fails unless the mean of repeated estimates is within three of its standard errors, and the tolerance, of the truth. */
export function expectUnbiased(estimates: readonly number[], truth: number, what: string, tolerance = 0): void {
  const standardError = standardDeviation(estimates) / Math.sqrt(estimates.length);
  const centre = mean(estimates);
  assert.ok(
    Math.abs(centre - truth) <= 3 * standardError + tolerance,
    `${what}: mean ${centre.toFixed(2)} of ${estimates.length} estimates is ${((centre - truth) / standardError).toFixed(1)} standard errors (${standardError.toFixed(2)}) from ${truth}`,
  );
}
