import { cpus } from 'node:os';

/** The middle of several runs. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** The range of the middle half. */
export function middleHalf(values: readonly number[]): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 4)] ?? NaN, sorted[Math.floor((sorted.length * 3) / 4)] ?? NaN];
}

/** What a figure has to be compared with to mean anything. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.version}`;
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

/** Milliseconds that `work` takes. */
export function millisOf(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

/** Milliseconds of each turn of the event loop that `work` is done in. */
export async function stretchesOf(work: () => Promise<unknown>): Promise<number[]> {
  const stretches: number[] = [];
  let isDone = false;
  let turnedAt = performance.now();
  const watch = (): void => {
    const now = performance.now();
    stretches.push(now - turnedAt);
    turnedAt = now;
    if (!isDone) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  isDone = true;
  watch();
  return stretches;
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

export function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
}
