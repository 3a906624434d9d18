// A process of its own: forces an exception into one function after another, and tells what the application saw of it.
import { promiseHooks } from 'node:v8';
import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { AskedReader } from '../../metrics/collect-metrics.ts';
import { recordDiag } from '../../support/diag-lines.ts';
import { arm, points, reachedPoints } from './inject.ts';

/** Which faults are forced in which scenario: one in `every`, from `first` on. */
export interface FaultRun {
  readonly scenario: number;
  readonly first: number;
  readonly every: number;
}

export interface FaultReport {
  readonly forced: number;
  /** Of those, how many were thrown at least once. */
  readonly met: number;
  readonly reached: readonly string[];
  readonly findings: readonly string[];
  /** Functions whose fault nobody was told of. */
  readonly silent: readonly string[];
}

/** Nothing takes as long. */
const HANG_MILLIS = 20_000;

/** Said again where something was exported, or stopped, in between. */
const AGAIN = /profiles (were not exported|did not arrive)|the on-CPU profile has ended/;

const { scenario: index, first, every } = JSON.parse(process.argv[2]!) as FaultRun;

let hooks = 0;
const { createHook } = promiseHooks;
promiseHooks.createHook = (callbacks) => {
  const stop = createHook(callbacks) as () => void;
  hooks++;
  let isThere = true;
  return () => {
    if (isThere) hooks--;
    isThere = false;
    stop();
  };
};

// Behind the injection, which has to be there before src is loaded.
const { application } = await import('./application.ts');
const { makeSurroundings, scenarios } = await import('./scenarios.ts');

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new TracerProvider());
const reader = new AskedReader();
const meters = new MeterProvider({ readers: [reader] });

let seen: string[] = [];
let armedPoint = -1;
let thrown = 0;
function disarm(): void {
  thrown += arm(-1);
}

const surroundings = await makeSurroundings(meters, () => arm(armedPoint), disarm);
const scenario = scenarios[index]!;
const expected = await application();

interface Outcome {
  readonly thrown: number;
  readonly findings: readonly string[];
  readonly lines: readonly string[];
}

async function force(id: number): Promise<Outcome> {
  armedPoint = id;
  thrown = 0;
  seen = [];
  const hooksBefore = hooks;
  const diag = recordDiag();
  const hang = setTimeout(() => {
    writeSync(2, `hangs: ${points[id]?.name ?? 'without a fault'}\n`);
    process.exit(9);
  }, HANG_MILLIS);
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
  clearTimeout(hang);
  diag.stop();
  const repeated = diag.lines.filter(
    (line, i) => line.includes('forced fault') && !AGAIN.test(line) && diag.lines.indexOf(line) !== i,
  );
  const findings = [
    ...new Set(seen),
    ...(told === expected
      ? []
      : [`the application sees ${told instanceof Error ? told.stack : difference(String(told))}`]),
    ...(hooks === hooksBefore ? [] : [`${hooks - hooksBefore} promise hooks are left`]),
    ...(repeated.length === 0 ? [] : [`says ${repeated.length + 1} times: ${repeated[0]}`]),
  ];
  return { thrown, findings, lines: diag.lines };
}

function difference(told: string): string {
  const [lines, wanted] = [told.split('\n'), expected.split('\n')];
  const at = lines.findIndex((line, i) => line !== wanted[i]);
  return `"${lines[at]}" in place of "${wanted[at]}"`;
}

process.on('uncaughtException', (error) => seen.push(`uncaughtException ${error.stack}`));
process.on('unhandledRejection', (error) => seen.push(`unhandledRejection ${(error as Error).stack}`));
process.on('warning', (warning) => seen.push(`warning ${warning.message}`));

const report = { forced: 0, met: 0, findings: [] as string[], silent: [] as string[] };
// What is loaded late, and what is only done once, has been then.
for (let i = 0; i < 2; i++) {
  for (const finding of (await force(-1)).findings) report.findings.push(`without a fault: ${finding}`);
}
const chosen = points.filter(({ id }) => id % every === first && reachedPoints().has(id));
for (const { id, name } of chosen) {
  report.forced++;
  const { thrown, findings, lines } = await force(id);
  if (thrown > 0) report.met++;
  report.findings.push(...findings.map((finding) => `${name}: ${finding}`));
  if (thrown > 0 && lines.length === 0) report.silent.push(name);
}
const reached = points.filter(({ id }) => reachedPoints().has(id)).map(({ name }) => name);
writeSync(1, JSON.stringify({ ...report, reached } satisfies FaultReport));
process.exit();
