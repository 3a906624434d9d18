// Loaded before the demo's service: switches something on and off in turns, the profiler or what BENCH_SWITCHED names, and tells its
// starter what each turn cost.
import { createHook } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as DatadogPprof from '@datadog/pprof';
import { TaskProfilerInstrumentation, type TimelineCounts, type TimelineRecording } from 'otel-taskprof';

/**
 * What is switched: the profiler; a timeline while the profiler stays on; `@datadog/pprof`'s wall profile with contexts; a table of all
 * live asynchronous resources by `async_hooks`, without and with a stack for each.
 */
export type Switched = 'profiler' | 'timeline' | 'wall' | 'async_hooks' | 'async_hooks and stacks';

/** What the service did in one turn. */
export interface Turn {
  /** Whether what is switched was on. */
  readonly profiled: boolean;
  /** Of the timeline that was recorded. */
  readonly timeline?: TimelineCounts;
  readonly seconds: number;
  readonly requests: number;
  readonly cpuMicrosPerRequest: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
}

const TURN_MILLIS = 4_000;
const EXPORT_INTERVAL_MILLIS = 4_000;
/** After a switch: a profiler begins with a credit that is not of interest here. */
const SETTLE_MILLIS = 1_000;

// The demo's own profiler stays off; this one is switched instead. Tracing stays as it is.
process.env.OTEL_TASKPROF_ENABLED = 'false';
await import('../../examples/demo/telemetry.ts');
delete process.env.OTEL_TASKPROF_ENABLED;
const instrumentation = new TaskProfilerInstrumentation({
  enabled: false,
  exportIntervalMillis: EXPORT_INTERVAL_MILLIS,
});

const startedAt = new WeakMap<object, number>();
let latencies: number[] = [];
subscribe('http.server.request.start', (message) => {
  startedAt.set((message as { request: object }).request, performance.now());
});
subscribe('http.server.response.finish', (message) => {
  const started = startedAt.get((message as { request: object }).request);
  if (started !== undefined) latencies.push(performance.now() - started);
});

let recording: TimelineRecording | undefined;

/** How to switch each, on and off in turns. */
const SWITCHES: Record<Switched, () => (on: boolean) => void> = {
  profiler: () => (on) => (on ? instrumentation.enable() : instrumentation.disable()),
  timeline: () => {
    instrumentation.enable();
    return (on) => {
      recording = on ? instrumentation.profiler.timeline({ everyNthRoot: 100 }) : undefined;
    };
  },
  wall: wallSwitch,
  async_hooks: () => tableSwitch(false),
  'async_hooks and stacks': () => tableSwitch(true),
};

/** With its own defaults, and a profile as often as the profiler exports. */
function wallSwitch(): (on: boolean) => void {
  const { time } = createRequire(import.meta.url)('@datadog/pprof') as typeof DatadogPprof;
  const options = { durationMillis: 60_000, intervalMicros: 1e6 / 99, withContexts: true, useCPED: true };
  let timer: NodeJS.Timeout | undefined;
  return (on) => {
    if (on) {
      time.start(options);
      timer = setInterval(() => time.stop(true), EXPORT_INTERVAL_MILLIS);
    } else if (timer !== undefined) {
      clearInterval(timer);
      time.stop();
      timer = undefined;
    }
  };
}

/** What tools keep that list what is open. */
function tableSwitch(withStacks: boolean): (on: boolean) => void {
  const live = new Map<number, object>();
  const hook = createHook({
    init: (id, type, triggerAsyncId) => {
      const resource = { type, triggerAsyncId, startedAt: performance.now() };
      if (withStacks) Error.captureStackTrace(resource);
      live.set(id, resource);
    },
    destroy: (id) => void live.delete(id),
  });
  return (on) => {
    if (on) hook.enable();
    else hook.disable();
    live.clear();
  };
}

const switchTo = SWITCHES[(process.env.BENCH_SWITCHED ?? 'profiler') as Switched]();

async function turn(profiled: boolean): Promise<Turn> {
  switchTo(profiled);
  await sleep(SETTLE_MILLIS);
  latencies = [];
  const spentBefore = recording?.counts.spentMillis ?? 0;
  const before = process.cpuUsage();
  await sleep(TURN_MILLIS);
  const { user, system } = process.cpuUsage(before);
  recording?.stop();
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
    ...(recording && { timeline: { ...recording.counts, spentMillis: recording.counts.spentMillis - spentBefore } }),
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
