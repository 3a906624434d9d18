import type { OutgoingHttpHeaders } from 'node:http';
import * as taskprof from '../../../../src/index.ts';
import { application } from '../application.ts';
import { answerTo, attempt, collectGarbage, serve } from './ask.ts';
import type { Scenario, Surroundings } from './scenario.ts';

const PATHS = [
  ...['', '?debug=1', '?debug=2&minWaitMillis=0', '?format=json&consistency=moment', '?format=folded', '?format=otlp'],
  ...['?format=otlp-json&maxTasks=3', '?seconds=0.005&format=folded&matching=a', '?debug=1&pinnedLabel=tenant=t0'],
  ...['?debug=1&label=tenant=t0&seconds=0.005', '?debug=2&label=tenant=t0&seconds=0.005&sampleType=wait'],
  ...['?timeline=1&seconds=0.01', '?timeline=1&label=tenant=t0&seconds=0.01&format=otlp', '?debug=2&matching=(a){2}'],
  ...['?timeline=1&seconds=0.01&format=folded', '?timeline=1&seconds=0.01&format=pprof'],
  ...['?nonsense=1', '?maxTasks=0', '?sampleType=wait&seconds=0.005&format=otlp', '?sampleType=cpu&format=json'],
];

/** When something has been lost. */
const LATE_PATHS = ['?sampleType=lost&debug=2', '?sampleType=lost', '?debug=1', '?seconds=0.001&debug=2'];

/** Of the questions so many are asked once more when it has stopped. */
const STOPPED = 6;

/** Of an endpoint with a listener of its own, which asks for more and gives less. */
const OWN_PATHS = ['?debug=2', '?format=json'];

/** Who has the password, who guesses it, and who comes by another name of this machine. */
const ASKERS: readonly OutgoingHttpHeaders[] = [
  { authorization: 'Bearer secret' },
  { authorization: 'Bearer guessed' },
  { host: 'example.org' },
];

/** Asks for everything while the application runs. What is asked for may fail, but has to come back. */
async function asked(sampling: 'all' | number, { begin, onRefused }: Surroundings): Promise<string> {
  const options = { sampling, resources: true, strongMillis: 1, ...(sampling !== 'all' && { overheadBudget: 1e-6 }) };
  const profiler = new taskprof.TaskProfiler(options);
  const triggers = new taskprof.TaskProfilerTriggers(profiler, {}, { exporter: NOWHERE });
  const handler = taskprof.createDebugHandler(profiler, { path: '/' });
  const { port, close } = await serve(handler);
  begin();
  const questions: (() => unknown)[] = [
    () => profiler.snapshot({ labels: { tenant: 't1' }, pinnedLabels: { tenant: 't0' }, maxTasks: 2 }),
    () => profiler.snapshot({ minWaitMillis: 1, traceId: '0'.repeat(32) }),
    () => taskprof.snapshotToPprof(profiler.snapshot()),
    () => profiler.snapshotIncremental({ matching: /load/ }),
    () => profiler.burst({ durationMillis: 2 }),
    () => profiler.lostTasks(),
    () => profiler.lostTasks({ matching: /load/ }),
    () => profiler.resourceSnapshot(),
    () => [profiler.counts, profiler.resourceCounts, profiler.liveTasks, profiler.stuckTasks],
    () => profiler.oldestParkedAt(),
    () => timelineOf(profiler, { everyNthRoot: 2, maxSlices: 16 }),
    () => timelineOf(profiler, { labels: { tenant: 't0' } }),
    () => triggers.trigger({ burst: { durationMillis: 2 } }).then(() => triggers.forceFlush()),
    () => askOwnServer(profiler, onRefused),
  ];
  const ask = async (): Promise<void> => {
    for (const question of questions) await attempt(question, onRefused);
    for (const path of PATHS) await attempt(() => answerTo({ port, path: `/${path}` }), onRefused);
  };
  await attempt(() => profiler.start(), onRefused);
  const [told] = await Promise.all([application(), ask()]);
  await collectGarbage();
  for (const path of LATE_PATHS) await attempt(() => answerTo({ port, path: `/${path}` }), onRefused);
  const together = ['?debug=2', '?debug=1'].map((path) =>
    attempt(() => answerTo({ port, path: `/${path}` }), onRefused),
  );
  await Promise.all([...together, attempt(() => answerTo({ port, path: '/', method: 'HEAD' }), onRefused)]);
  await attempt(() => profiler.stop(), onRefused);
  for (const question of questions.slice(0, STOPPED)) await attempt(question, onRefused);
  await attempt(() => answerTo({ port, path: '/' }), onRefused);
  close();
  return told;
}

const NOWHERE: taskprof.ProfileExporter = {
  export: () => Promise.resolve({ status: 'success' }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

async function timelineOf(profiler: taskprof.TaskProfiler, options: taskprof.TimelineOptions): Promise<void> {
  const recording = profiler.timeline(options);
  await application();
  if (recording === undefined || recording.counts.roots < 0) return;
  recording.take();
  recording.stop();
}

/** It closes, whatever its answers are. */
async function askOwnServer(profiler: taskprof.TaskProfiler, onRefused: () => void): Promise<void> {
  const server = await taskprof.startDebugServer(profiler, { port: 0, token: 'secret', maxResponseBytes: 600 });
  const { port, pathname } = new URL(server.url);
  try {
    for (const path of OWN_PATHS) {
      for (const headers of ASKERS) await attempt(() => answerTo({ port, path: pathname + path, headers }), onRefused);
    }
  } finally {
    await server.close();
  }
}

export const askedCaptured: Scenario = (at) => asked('all', at);
export const askedFollowed: Scenario = (at) => asked(0.9, at);
