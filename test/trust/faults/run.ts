// A process of its own: forces an exception into one function after another, and tells what the application saw of it. It ends
// with the first finding, which may have changed the process: force-faults.ts begins another one behind that.
import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { AskedReader } from '../../metrics/collect-metrics.ts';
import { recordDiag } from '../../support/diag-lines.ts';
import { type Hooks, hooksInPlace } from './hooks.ts';
import { arm, points, reachedPoints } from './inject.ts';

/** Which faults are forced in which scenario: of one in `every`, from `first` on, at most `most`, from the point `from` on. */
export interface FaultRun {
  readonly scenario: number;
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

/** Whose fault is an answer: there is no such file, a value can't be printed; stacks can't be walked, which is told once. */
const ANSWERS =
  /^follow\/self-test\.ts| (nameIn|readVersion|realPath|plainPath|printable|canLeaveOutPromises|checkPattern)$/;

/** By the counts of the exporter, and by the probability with which tasks are followed, which is none. */
const COUNTED_ELSEWHERE = /did not arrive at|were dropped|are captured at their awaits only/;

/** Said again where something was exported, or stopped, in between. */
const AGAIN = /profiles (were not exported|did not arrive)|the on-CPU profile has ended/;

const { scenario: index, first, every, from, most } = JSON.parse(process.argv[2]!) as FaultRun;

// Behind the injection and the watch of hooks, which have to be there before src is loaded.
const { faultCount } = await import('../../../src/base/faults.ts');
const { application } = await import('./application.ts');
const { makeSurroundings, scenarios } = await import('./scenarios.ts');

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new TracerProvider());
const reader = new AskedReader();
const meters = new MeterProvider({ readers: [reader] });

let seen: string[] = [];
let armedPoint = -1;
let thrown = 0;
let refused = 0;
function disarm(): void {
  thrown += arm(-1);
}

const surroundings = await makeSurroundings({
  meters,
  begin: () => arm(armedPoint),
  end: disarm,
  onRefused: () => refused++,
});
const scenario = scenarios[index]!;
const expected = await application();

interface Outcome {
  readonly thrown: number;
  readonly findings: readonly string[];
}

async function force(id: number): Promise<Outcome> {
  armedPoint = id;
  thrown = refused = 0;
  seen = [];
  const before = hooksInPlace();
  const faultsBefore = faultCount();
  const diag = recordDiag();
  let told: unknown;
  try {
    told = await scenario.run(surroundings);
    await reader.read();
    globalThis.gc?.();
  } catch (error) {
    told = error;
  }
  for (let i = 0; i < 3; i++) await turn();
  disarm();
  diag.stop();
  const isUncounted = diag.lines.some((line) => line.includes('forced fault') && !COUNTED_ELSEWHERE.test(line));
  const repeated = diag.lines.filter(
    (line, i) => line.includes('forced fault') && !AGAIN.test(line) && diag.lines.indexOf(line) !== i,
  );
  const findings = [
    ...new Set(seen),
    ...(told === expected
      ? []
      : [`the application sees ${told instanceof Error ? told.stack : difference(String(told))}`]),
    ...(isUncounted && faultCount() === faultsBefore ? ['no counter tells'] : []),
    ...leftOf(before, hooksInPlace()),
    ...(repeated.length === 0 ? [] : [`says ${repeated.length + 1} times: ${repeated[0]}`]),
    ...(thrown === 0 || refused > 0 || diag.lines.length > 0 || isAnswer(id) ? [] : ['nobody is told']),
  ];
  return { thrown, findings };
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
process.on('warning', (warning) => seen.push(`warning ${warning.message}`));

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
const reached = [...reachedPoints()];
tell({ reached });
const chosen = points.filter(({ id }) => id % every === first && id >= from && reached.includes(id));
if (!goesOn) chosen.length = 0;
let forced = 0;
for (; goesOn && forced < most && forced < chosen.length; forced++) goesOn = await isQuiet(chosen[forced]!.id);
tell({ next: chosen[forced]?.id ?? null });
process.exit();
