import { setImmediate as turn } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { withTaskLabels } from '../../../src/index.ts';

type Layer = (inner: () => Promise<void>) => Promise<void>;

/** Functions of as many names: what is deployed does not change its code, but no two requests are alike. */
const LAYERS: readonly Layer[] = Array.from({ length: 500 }, (_, i) => {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function(`return async function layer${i}(inner) { await inner(); }`) as () => Layer;
  return make();
});

const TASKS = 200;
const AWAITS = 240;
/** Of a task: its layers, its steps and those of its pool. */
export const AWAITS_OF_ROUND = TASKS * (AWAITS + 4);

async function step(): Promise<void> {
  await Promise.resolve();
}

async function request(number: number): Promise<void> {
  await turn();
  for (let i = 0; i < AWAITS / 2; i++) await step();
  if (number % 50 === 0) void abandoned();
  if (number % 20 === 0) await Promise.reject(new Error('of the application')).catch(() => undefined);
}

/** Nobody can resume it; the garbage collector takes it. */
async function abandoned(): Promise<void> {
  await new Promise(() => undefined);
}

/** Requests with stacks, labels and spans of their own, all at once; resolves when all have ended. */
export async function playRound(round: number): Promise<void> {
  const tracer = trace.getTracer('soak');
  const all = Array.from({ length: TASKS }, (_, i) => {
    const number = round * TASKS + i;
    const layers = [7, 13, 29].map((factor) => LAYERS[(number * factor) % LAYERS.length]!);
    const run = layers.reduce<() => Promise<void>>(
      (inner, layer) => () => layer(inner),
      () => request(number),
    );
    return tracer.startActiveSpan(`GET /${number % 40}`, async (span) => {
      await withTaskLabels({ tenant: `t${number % 100}`, big: number % 3 === 0 }, run);
      span.end();
    });
  });
  await Promise.all(all);
}
