// A hostile load: a million awaits a second, behind calls 200 deep, by 50,000 different ways. The profiler is switched on and off in
// turns in this one process; prints what each turn cost, as JSON.
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskProfilerInstrumentation } from '../../src/instrumentation.ts';
import { encodeOtlpProtobuf } from '../../src/encode/otlp-protobuf.ts';
import type { ProfileExporter } from '../../src/export/exporter.ts';

/** One turn with the profiler on, and the one without it that followed. */
export interface BudgetPair {
  readonly awaitsPerSecond: number;
  /** CPU time of the process with the profiler minus that without it, of one core. */
  readonly overheadShare: number;
  /** The same, relative to that without it. */
  readonly cpuRatio: number;
  /** By its own account. */
  readonly spentShare: number;
  readonly dutyCycle: number;
  readonly followProbability: number;
  /** Tasks that wait, as exported and in truth. */
  readonly tasks: number;
  readonly trueTasks: number;
}

const PAIRS = Number(process.argv[2] ?? 5);
const AWAITS_PER_SECOND = Number(process.argv[3] ?? 1e6);
const AWAITS_PER_REQUEST = 40;
const WAIT_MILLIS = 20;
const DEPTH = 200;
const WAYS = 50_000;
/** Until the profiler has settled: it is patient before it switches its hooks. */
const SETTLE_MILLIS = 15_000;
const TURN_MILLIS = 10_000;
const EXPORT_INTERVAL_MILLIS = 5_000;

let awaits = 0;
let requests = 0;
/** Integral over time. */
let waited = 0;

async function brief(): Promise<void> {
  await Promise.resolve();
}

async function request(): Promise<void> {
  const startedAt = performance.now();
  await sleep(WAIT_MILLIS);
  waited += performance.now() - startedAt;
  for (let i = 0; i < AWAITS_PER_REQUEST / 2 - 1; i++) await brief();
  awaits += AWAITS_PER_REQUEST - 1;
}

/** Each digit of `way` is another function in the stack. */
function left(depth: number, way: number): Promise<void> {
  return depth === 0 ? request() : descend(depth, way);
}
function right(depth: number, way: number): Promise<void> {
  return depth === 0 ? request() : descend(depth, way);
}
function descend(depth: number, way: number): Promise<void> {
  return ((way >> (depth & 15)) & 1) === 0 ? left(depth - 1, way) : right(depth - 1, way);
}

function paced(): () => void {
  const startedAt = performance.now();
  let started = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * (AWAITS_PER_SECOND / AWAITS_PER_REQUEST);
    for (; started < due; started++) void left(DEPTH / 2, requests++ % WAYS);
  }, 1);
  return () => clearInterval(timer);
}

interface Turn {
  readonly cpuShare: number;
  readonly awaitsPerSecond: number;
  readonly tasks: number;
}

async function turn(): Promise<Turn> {
  const before = { awaits, waited, at: performance.now() };
  const cpuBefore = process.cpuUsage();
  await sleep(TURN_MILLIS);
  const { user, system } = process.cpuUsage(cpuBefore);
  const millis = performance.now() - before.at;
  return {
    cpuShare: (user + system) / 1e3 / millis,
    awaitsPerSecond: ((awaits - before.awaits) / millis) * 1e3,
    tasks: (waited - before.waited) / millis,
  };
}

/** What was exported last, and its bytes made as for a Collector. */
let exported = 0;
const exporter: ProfileExporter = {
  async export(data) {
    encodeOtlpProtobuf(data);
    const tasks = data.profiles.find(({ sampleType }) => sampleType.type === 'tasks');
    exported = Number(tasks?.attributes['taskprof.tasks']);
    return { status: 'success' };
  },
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

async function pair(instrumentation: TaskProfilerInstrumentation): Promise<BudgetPair> {
  instrumentation.enable();
  await sleep(SETTLE_MILLIS);
  const spentBefore = instrumentation.profiler.counts!.spentMillis;
  const on = await turn();
  const { spentMillis, dutyCycle, followProbability } = instrumentation.profiler.counts!;
  instrumentation.disable();
  await sleep(1_000);
  const off = await turn();
  return {
    awaitsPerSecond: on.awaitsPerSecond,
    overheadShare: on.cpuShare - off.cpuShare,
    cpuRatio: on.cpuShare / off.cpuShare,
    spentShare: (spentMillis - spentBefore) / TURN_MILLIS,
    dutyCycle,
    followProbability: followProbability ?? 0,
    tasks: exported,
    trueTasks: on.tasks,
  };
}

const stop = paced();
const instrumentation = new TaskProfilerInstrumentation({
  enabled: false,
  exporter,
  exportIntervalMillis: EXPORT_INTERVAL_MILLIS,
});
await sleep(2_000);
const pairs: BudgetPair[] = [];
while (pairs.length < PAIRS) pairs.push(await pair(instrumentation));
stop();
process.stdout.write(JSON.stringify(pairs), () => process.exit());
