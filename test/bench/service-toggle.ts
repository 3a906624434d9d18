// Loaded before the demo's service: switches the profiler on and off in turns, or, with BENCH_SWITCHED=timeline, a timeline while the
// profiler stays on, and tells its starter what each turn cost.
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskProfilerInstrumentation, type TimelineCounts, type TimelineRecording } from 'otel-taskprof';

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

let recording: TimelineRecording | undefined;

function switchProfiler(on: boolean): void {
  if (on) instrumentation.enable();
  else instrumentation.disable();
}

function switchTimeline(on: boolean): void {
  instrumentation.enable();
  recording = on ? instrumentation.profiler.timeline({ everyNthRoot: 100 }) : undefined;
}

const switchTo = process.env.BENCH_SWITCHED === 'timeline' ? switchTimeline : switchProfiler;

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
