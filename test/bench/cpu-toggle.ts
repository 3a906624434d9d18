// Loaded before the demo's service: samples its CPU with the profiler's option, or with the same library used by itself, or not, in
// turns, and tells its starter what each turn cost.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, context, trace } from '@opentelemetry/api';
import type * as DatadogPprof from '@datadog/pprof';
import { TaskProfilerInstrumentation } from 'otel-taskprof';

export type Variant = 'none' | 'library' | 'library with spans' | 'tasks' | 'tasks and cpu';

/** What the service did in one turn. */
export interface CpuTurn {
  readonly variant: Variant;
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
}

export const VARIANTS: readonly Variant[] = ['none', 'library', 'library with spans', 'tasks', 'tasks and cpu'];

const TURN_MILLIS = 4_000;
/** After a switch: V8 tells the profiler of all code, and the profiler of tasks begins with a credit. */
const SETTLE_MILLIS = 1_000;
const COLLECT_MILLIS = 2_000;
const FREQUENCY_HZ = 99;

// The demo's own profiler stays off. Tracing stays as it is.
process.env.OTEL_TASKPROF_ENABLED = 'false';
await import('../../examples/demo/telemetry.ts');
delete process.env.OTEL_TASKPROF_ENABLED;

const { subscribe } = await import('node:diagnostics_channel');
let requests = 0;
subscribe('http.server.response.finish', () => requests++);

// Of few tasks: what the governor affords at a time would drown the difference.
const reader = { enabled: false, exportIntervalMillis: COLLECT_MILLIS, sampling: 0.01 };
const tasks = new TaskProfilerInstrumentation(reader);
const tasksAndCpu = new TaskProfilerInstrumentation({ ...reader, cpu: { samplingFrequencyHz: FREQUENCY_HZ } });
const pprof = createRequire(import.meta.url)('@datadog/pprof') as typeof DatadogPprof;
const { isAsyncContextFrameActive } = createRequire(import.meta.url)(
  '@datadog/pprof/out/src/async-context-frame.js',
) as { isAsyncContextFrameActive: () => boolean };

/** The library as one would use it: a pprof every other second, with the span of each sample where it is told of them. */
function startLibrary(withSpans: boolean): () => void {
  pprof.time.start({
    durationMillis: COLLECT_MILLIS,
    intervalMicros: Math.round(1e6 / FREQUENCY_HZ),
    withContexts: true,
    collectCpuTime: true,
    useCPED: isAsyncContextFrameActive(),
    // As in ours: otherwise each collection sleeps for 10 to 20 ms.
    workaroundV8Bug: false,
  });
  const untell = withSpans ? tellSpans() : () => undefined;
  const timer = setInterval(() => void pprof.encode(pprof.time.stop(true)), COLLECT_MILLIS);
  return () => {
    clearInterval(timer);
    untell();
    pprof.time.stop();
  };
}

/** The plain way to do it: around each context that is entered. */
function tellSpans(): () => void {
  const manager = (
    context as unknown as { _getContextManager: () => { with: typeof context.with } }
  )._getContextManager();
  const original = manager.with;
  manager.with = ((active: Context, ...args: unknown[]) => {
    const { traceId = '', spanId = '' } = trace.getSpanContext(active) ?? {};
    const run = (): unknown => Reflect.apply(original, manager, [active, ...args]);
    return pprof.time.runWithContext({ traceId, spanId }, run);
  }) as typeof context.with;
  return () => {
    manager.with = original;
  };
}

function start(variant: Variant): () => void {
  if (variant === 'none') return () => undefined;
  if (variant !== 'tasks' && variant !== 'tasks and cpu') return startLibrary(variant === 'library with spans');
  const instrumentation = variant === 'tasks' ? tasks : tasksAndCpu;
  instrumentation.enable();
  return () => instrumentation.disable();
}

async function turn(variant: Variant): Promise<CpuTurn> {
  const stop = start(variant);
  await sleep(SETTLE_MILLIS);
  requests = 0;
  const before = process.cpuUsage();
  await sleep(TURN_MILLIS);
  const { user, system } = process.cpuUsage(before);
  const told = { variant, requests, cpuMicrosPerRequest: (user + system) / requests };
  stop();
  return told;
}

async function turns(): Promise<void> {
  const variants = isAsyncContextFrameActive() ? VARIANTS : VARIANTS.filter((name) => name !== 'library with spans');
  while (process.connected) {
    for (const variant of variants) {
      const told = await turn(variant);
      // The starter may have gone meanwhile: then there is nobody to tell, and that is no error.
      process.send?.(told, undefined, undefined, () => undefined);
    }
  }
}

void turns();
