import { cpus } from 'node:os';

/** The middle of several runs. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Median and the range of the middle half, as text. */
export function withSpread(values: readonly number[], digits = 1): string {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor(sorted.length / 4)] ?? NaN;
  const high = sorted[Math.floor((sorted.length * 3) / 4)] ?? NaN;
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** What a figure has to be compared with to mean anything. */
export function machine(version: string = process.version): string {
  const [cpu] = cpus();
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${process.platform} ${process.arch}, Node ${version}`;
}

/** Collects garbage until nothing more goes, and gives the bytes in use on the heap and in array buffers. */
export async function usedBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('this benchmark needs node --expose-gc');
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await nextTurn();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Says a figure, and whether it is within its limit. */
export function figure(what: string, value: number, limit: number, unit: string): void {
  const reached = value <= limit ? 'reached' : 'NOT REACHED';
  console.log(`    figure: ${what}: ${value.toFixed(2)} ${unit}, at most ${limit}: ${reached}`);
}
