// Loaded before the demo's service: switches the profiler on and off in turns, and tells its starter what each turn cost.
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskProfilerInstrumentation } from 'otel-taskprof';

/** What the service did in one turn. */
export interface Turn {
  readonly profiled: boolean;
  readonly seconds: number;
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
}

const TURN_MILLIS = 4_000;
/** After a switch: a profiler begins with a credit that is not of interest here. */
const SETTLE_MILLIS = 1_000;

// The demo's own profiler stays off; this one is switched instead. Tracing stays as it is.
process.env.OTEL_TASKPROF_ENABLED = 'false';
await import('../../examples/demo/telemetry.ts');
delete process.env.OTEL_TASKPROF_ENABLED;
const instrumentation = new TaskProfilerInstrumentation({ enabled: false, exportIntervalMillis: 4_000 });

const startedAt = new WeakMap<object, number>();
let latencies: number[] = [];
subscribe('http.server.request.start', (message) => {
  startedAt.set((message as { request: object }).request, performance.now());
});
subscribe('http.server.response.finish', (message) => {
  const started = startedAt.get((message as { request: object }).request);
  if (started !== undefined) latencies.push(performance.now() - started);
});

async function turn(profiled: boolean): Promise<Turn> {
  if (profiled) instrumentation.enable();
  else instrumentation.disable();
  await sleep(SETTLE_MILLIS);
  latencies = [];
  const before = process.cpuUsage();
  await sleep(TURN_MILLIS);
  const { user, system } = process.cpuUsage(before);
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
  const requests = sorted.length;
  return {
    profiled,
    seconds: TURN_MILLIS / 1_000,
    requests,
    cpuMicrosPerRequest: (user + system) / requests,
    p50Millis: at(0.5),
    p99Millis: at(0.99),
  };
}

async function turns(): Promise<void> {
  for (let profiled = false; process.connected; profiled = !profiled) {
    const told = await turn(profiled);
    // The starter may have gone meanwhile: then there is nobody to tell, and that is no error.
    process.send?.(told, undefined, undefined, () => undefined);
  }
}

void turns();
