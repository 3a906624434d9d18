// A process of its own: forces an exception into one function after another, and tells what the application saw of it. It ends
// with the first finding, which may have changed the process: force-faults.ts begins another one behind that.
import { writeSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { AskedReader } from '../../metrics/collect-metrics.ts';
import { recordDiag } from '../../support/diag-lines.ts';
import { type Hooks, hooksInPlace } from './hooks.ts';
import { beginForcing, endForcing, forcedTimes, points, reachedPoints } from './inject.ts';
import type { ThreadReport } from './scenarios/scenario.ts';
import { type ScenarioName, settingOf } from './settings.ts';

/** Which faults are forced in which scenario: of one in `every`, from `first` on, at most `most`, from the point `from` on. */
export interface FaultRun {
  readonly scenario: ScenarioName;
  readonly first: number;
  readonly every: number;
  readonly from: number;
  readonly most: number;
}

/** What it tells on descriptor 3, each as a line of JSON; -1 is a run without a fault. */
export type RunLine =
  | { readonly begins: number }
  | { readonly isMet: boolean; readonly findings: readonly string[] }
  | { readonly reached: readonly number[] }
  /** The last line: the point to go on with, unless all is done. */
  | { readonly next: number | null };

const OVERDUE_MILLIS = 120_000;

/** Whose fault is an answer: there is no such file, or receiver's answer, a value can't be printed, a wait was called off; stacks can't be walked, which is told once. */
const ANSWERS =
  /^follow\/self-test\.ts|^sdk\/resource\.ts:\d+ in |^frames\/(generated|mapp|original|source-map)|^(encode\/otlp-response|export\/export-log)| (nameIn|readVersion|realPath|plainPath|printable|canLeaveOutPromises|checkPattern)$/;

/** By the counts of the exporter, by the probability with which tasks are followed, which is none; or there is nothing yet that counts. */
const COUNTED_ELSEWHERE =
  /did not arrive at|were dropped|are captured at their awaits only|could not start|can't reach this process|there is no on-CPU profile|without its source map/;

/** Said again where something was exported, dumped, started or stopped in between. */
const AGAIN =
  /profiles (were not exported|did not arrive)|the on-CPU profile has ended|the profiler did not start|can't reach this process|can't be checked|a trigger met an error/;

const { scenario: name, first, every, from, most } = JSON.parse(process.argv[2]!) as FaultRun;

// Behind the injection and the watch of hooks, which have to be there before src is loaded.
const { faultCount } = await import('../../../src/base/faults.ts');
const { application } = await import('./application.ts');
const { makeSurroundings } = await import('./scenarios/scenario.ts');
const { loadScenario } = await import('./scenarios/index.ts');
const setting = settingOf(name);

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const reader = new AskedReader();
const sdk = setting.hasSdk !== false && {
  tracers: new TracerProvider(),
  meters: new MeterProvider({ readers: [reader] }),
};
if (sdk) trace.setGlobalTracerProvider(sdk.tracers);

let seen: string[] = [];
let armedPoint = -1;
let refused = 0;
let reports: ThreadReport[] = [];
const surroundings = await makeSurroundings({
  tracers: sdk ? sdk.tracers : undefined,
  meters: sdk ? sdk.meters : undefined,
  collectMetrics: async () => {
    if (sdk) await reader.read();
  },
  begin: () => beginForcing(armedPoint),
  end: endForcing,
  onRefused: () => refused++,
  armed: () => armedPoint,
  onThread(report, inThread) {
    reports.push(report);
    inThread.forEach((is, point) => is && reached.add(point));
  },
});
const scenario = await loadScenario(name);
const reached = new Set<number>();
const expected = await application();

interface Outcome {
  readonly thrown: number;
  readonly findings: readonly string[];
}

/** What is told without a fault as well, whatever numbers are in it. */
const usual = new Set<string>();
let usuallyRefused = Infinity;
const withoutNumbers = (line: string): string => line.replace(/[\d.]+/g, '#');

async function force(id: number): Promise<Outcome> {
  armedPoint = id;
  refused = 0;
  seen = [];
  reports = [];
  const before = hooksInPlace();
  const faultsBefore = faultCount();
  const diag = recordDiag();
  const done = new AbortController();
  let told: unknown;
  try {
    told = await Promise.race([scenario(surroundings), overdue(done.signal)]);
    globalThis.gc?.();
  } catch (error) {
    told = error;
  }
  done.abort();
  for (let i = 0; i < 3; i++) await turn();
  endForcing();
  diag.stop();
  const lines = [...diag.lines, ...reports.flatMap(({ diagLines }) => diagLines)];
  const thrown = reports.reduce((sum, report) => sum + report.thrown, setting.isInWorker ? 0 : forcedTimes());
  if (id === -1) {
    usuallyRefused = Math.min(usuallyRefused, refused);
    for (const line of lines) usual.add(withoutNumbers(line));
  }
  const faults = reports.reduce((sum, report) => sum + report.faults, faultCount() - faultsBefore);
  const isUncounted = lines.some((line) => line.includes('forced fault') && !COUNTED_ELSEWHERE.test(line));
  const repeated = lines.filter(
    (line, i) => line.includes('forced fault') && !AGAIN.test(line) && lines.indexOf(line) !== i,
  );
  const isTold = refused > usuallyRefused || lines.some((line) => !usual.has(withoutNumbers(line)));
  if (process.env.DBG) console.error(id, told === expected ? performance.now() : told, thrown, refused, lines);
  const findings = [
    ...new Set(seen),
    ...(told === expected
      ? []
      : [`the application sees ${told instanceof Error ? told.stack : difference(String(told))}`]),
    ...(isUncounted && faults === 0 ? ['no counter tells'] : []),
    ...leftOf(before, hooksInPlace()),
    ...(repeated.length === 0 ? [] : [`says ${repeated.length + 1} times: ${repeated[0]}`]),
    ...(thrown === 0 || isTold || isAnswer(id) ? [] : ['nobody is told']),
  ];
  return { thrown, findings };
}

/** Nothing takes as long, on a machine that others use as well. Keeps the process there until then. */
async function overdue(signal: AbortSignal): Promise<string> {
  await sleep(OVERDUE_MILLIS, undefined, { signal }).catch(() => undefined);
  return 'it does not come back';
}

function isAnswer(id: number): boolean {
  return ANSWERS.test(points[id]?.name ?? '');
}

function leftOf(before: Hooks, after: Hooks): string[] {
  return Object.entries(after).flatMap(([kind, count]) => {
    const left = count - (before[kind] ?? 0);
    return left === 0 ? [] : [`${left} left: ${kind}`];
  });
}

function difference(told: string): string {
  const [lines, wanted] = [told.split('\n'), expected.split('\n')];
  const at = lines.findIndex((line, i) => line !== wanted[i]);
  return `"${lines[at]}" in place of "${wanted[at]}"`;
}

process.on('uncaughtException', (error) => seen.push(`uncaughtException ${error.stack}`));
process.on('unhandledRejection', (error) => seen.push(`unhandledRejection ${(error as Error).stack}`));
process.on('warning', ({ message }) => {
  if (process.env.DBG) console.error(message);
  if (message.startsWith('otel-taskprof could not start')) refused++;
  else seen.push(`warning ${message}`);
});

function tell(line: RunLine): void {
  writeSync(3, `${JSON.stringify(line)}\n`);
}

/** Whether nothing was found. */
async function isQuiet(id: number): Promise<boolean> {
  tell({ begins: id });
  const { thrown, findings } = await force(id);
  tell({ isMet: thrown > 0, findings });
  return findings.length === 0;
}

// What is loaded late, and what is only done once, has been then.
let goesOn = (await isQuiet(-1)) && (await isQuiet(-1));
if (!setting.isInWorker) for (const point of reachedPoints()) reached.add(point);
tell({ reached: [...reached] });
const { only = /^/ } = setting;
const candidates = points.filter((point) => only.test(point.name) && reached.has(point.id));
const offset = first % Math.min(every, candidates.length);
const chosen = candidates.filter(({ id }, i) => i % every === offset && id >= from);
if (!goesOn) chosen.length = 0;
let forced = 0;
for (; goesOn && forced < most && forced < chosen.length; forced++) goesOn = await isQuiet(chosen[forced]!.id);
tell({ next: chosen[forced]?.id ?? null });
process.exit();
