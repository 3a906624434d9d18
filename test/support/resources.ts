import assert from 'node:assert/strict';
import type { ResourceSample, ResourceSnapshot } from '../../src/index.ts';
import { matchesName } from './frames.ts';

/** The samples with a frame of a function of this name on their stack: of what it made. */
export function madeBy(name: string, { samples }: ResourceSnapshot): ResourceSample[] {
  return samples.filter(({ stack }) => stack.some(({ functionName }) => matchesName(functionName, name)));
}

/** `2 TCP socket idle`, `1 timer pending unref`: what a function made, in order of their texts. */
export function listOf(name: string, snapshot: ResourceSnapshot): string[] {
  const counts = new Map<string, number>();
  for (const { kind, state, referenced, resources } of madeBy(name, snapshot)) {
    const text = `${kind} ${state}${referenced ? '' : ' unref'}`;
    counts.set(text, (counts.get(text) ?? 0) + resources);
  }
  return [...counts].map(([text, count]) => `${count} ${text}`).sort();
}

/** Fails unless the function of this name made just these, and they have not ended; each is known for sure. */
export function expectMade(name: string, snapshot: ResourceSnapshot, expected: readonly string[]): void {
  assert.deepEqual(listOf(name, snapshot), [...expected].sort());
  for (const { samplingProbability, standardError } of madeBy(name, snapshot)) {
    assert.deepEqual({ samplingProbability, standardError }, { samplingProbability: 1, standardError: 0 });
  }
}

/** How many of what a function made there are, by the estimate. */
export function estimateOf(name: string, snapshot: ResourceSnapshot): number {
  return madeBy(name, snapshot).reduce((sum, { resources }) => sum + resources, 0);
}
