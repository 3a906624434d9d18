import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { promiseHooks } from 'node:v8';
import { ParkEngine } from '../../src/capture/park-engine.ts';
import { resolveTaskProfilerOptions } from '../../src/config/options.ts';
import { machine, median, withSpread } from './measure.ts';

const AWAITS = 1_000_000;
const ROUNDS = 9;
const LIMIT_NANOS = 70;

/** Places of variants in the table below. */
const EMPTY = 1;
const CAPTURING = 2;

interface Variant {
  readonly name: string;
  readonly start: () => () => void;
}

function capturing(sampling: 'adaptive' | number): () => () => void {
  return () => {
    const engine = new ParkEngine({ ...resolveTaskProfilerOptions({ sampling }), random: Math.random });
    return () => engine.stop();
  };
}

const VARIANTS: readonly Variant[] = [
  { name: 'nothing', start: () => () => undefined },
  { name: 'empty promise hooks', start: startEmptyHooks },
  { name: 'capturing engine, p close to 0', start: capturing(1e-12) },
  { name: 'capturing engine, p = 0.001', start: capturing(0.001) },
  { name: 'capturing engine, adaptive, from its start', start: capturing('adaptive') },
  { name: 'async_hooks init', start: startAsyncHooks },
  { name: 'AsyncLocalStorage, one store', start: startAsyncLocalStorage },
];

/** What V8 itself takes for hooks: it makes the throwaway promise of an await only for them. */
function startEmptyHooks(): () => void {
  return promiseHooks.createHook({ init: () => undefined, before: () => undefined }) as () => void;
}

function startAsyncHooks(): () => void {
  const hook = createHook({ init: () => undefined }).enable();
  return () => void hook.disable();
}

function startAsyncLocalStorage(): () => void {
  const storage = new AsyncLocalStorage<number>();
  storage.enterWith(1);
  return () => storage.disable();
}

async function child(): Promise<void> {
  await Promise.resolve();
}

async function awaits(): Promise<void> {
  for (let i = 0; i < AWAITS / 2; i++) await child();
}

/** Nanoseconds for each await of a loop that does nothing else: two awaits an iteration, one of an async function. */
async function nanosPerAwait({ start }: Variant): Promise<number> {
  const stop = start();
  const startedAt = process.hrtime.bigint();
  await awaits();
  const nanos = Number(process.hrtime.bigint() - startedAt);
  stop();
  return nanos / AWAITS;
}

/** Bytes that an await allocates, from a number that is too small for a scavenge. */
async function bytesPerAwait({ start }: Variant): Promise<number> {
  const stop = start();
  await loop(2_000);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await loop(20_000);
  const bytes = process.memoryUsage().heapUsed - before;
  stop();
  return bytes / 20_000;
}

async function loop(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

/**
 * What the hooks of the engine that captures cost an await that is not chosen, next to what others cost, alternating in one
 * process. The engine that follows: `follow`.
 */
export async function hook(): Promise<void> {
  const nanos = VARIANTS.map((): number[] => []);
  for (const variant of VARIANTS) await nanosPerAwait(variant);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, variant] of VARIANTS.entries()) nanos[i]!.push(await nanosPerAwait(variant));
  }
  console.log(
    `hook of the engine that captures: ns per await over the same code without it, ${machine()}, median of ${ROUNDS} (middle half)`,
  );
  for (const [i, { name }] of VARIANTS.entries()) {
    console.log(`  ${name.padEnd(36)} ${i === 0 ? `${withSpread(nanos[0]!)} in all` : withSpread(overBare(nanos, i))}`);
  }
  const ours = median(overBare(nanos, CAPTURING));
  const reached = ours <= LIMIT_NANOS ? 'reached' : 'NOT REACHED';
  console.log(`  figure: at most ${LIMIT_NANOS} ns at p close to 0: ${ours.toFixed(1)} ${reached}`);
  await allocations();
}

function overBare(nanos: readonly number[][], variant: number): number[] {
  return nanos[variant]!.map((value, round) => value - nanos[0]![round]!);
}

async function allocations(): Promise<void> {
  const over: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    over.push((await bytesPerAwait(VARIANTS[CAPTURING]!)) - (await bytesPerAwait(VARIANTS[EMPTY]!)));
  }
  console.log(`  bytes allocated by an unchosen await over empty hooks: ${withSpread(over, 2)} (figure: 0)`);
}
