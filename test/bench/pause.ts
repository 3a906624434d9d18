import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../support/cache-folder.ts';
import { findGo } from '../support/find-go.ts';
import { runGo } from '../support/go.ts';
import { median, p99 } from './measure.ts';
import type { Pauses } from './pause-live.ts';
import type { Report } from './report.ts';

const LIVE_TASKS = [1_000, 10_000, 100_000, 1_000_000];
const ROUNDS = 40;
const GO_ROUNDS = 9;
const LIMIT_MILLIS = 6;
const LIMIT_STRETCH_MILLIS = 1;
const LIMIT_SMALL_MILLIS = 0.5;
const COMPARED = 100_000;
const LIMIT_CPU_RATIO = 25;
const LIMIT_PAUSE_RATIO = 100;

const FLAGS = ['--max-semi-space-size=64', '--disable-warning=ExperimentalWarning'];
const LIVE = fileURLToPath(new URL('pause-live.ts', import.meta.url));
const GO_PROGRAM = fileURLToPath(new URL('go', import.meta.url));
const MAX_OUTPUT_BYTES = 2 ** 26;

/** Milliseconds of Go's goroutine profile. */
interface GoroutineProfiles {
  readonly version: string;
  /** The records alone. */
  readonly fetch: readonly number[];
  /** As net/http/pprof writes them. */
  readonly debug0: readonly number[];
  readonly debug1: readonly number[];
}

/** Main-thread time of snapshots by number of live tasks, and what Go's goroutine profile of as many takes. */
export function pause(report: Report): void {
  const goroutines = buildGoProgram();
  for (const live of LIVE_TASKS) {
    const count = live.toLocaleString('en');
    report.section(`A snapshot of 1,024 out of ${count} live tasks of three awaits (pause)`);
    const pauses = JSON.parse(output(process.execPath, [...FLAGS, LIVE, live, ROUNDS])) as Pauses;
    reportPauses(report, pauses);
    if (goroutines === undefined) report.note('Go is not installed: there is nothing to compare it with.');
    else compare(report, live, pauses, JSON.parse(output(goroutines, [live, GO_ROUNDS])) as GoroutineProfiles);
  }
}

function output(program: string, args: readonly (string | number)[]): string {
  return execFileSync(program, args.map(String), { encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES });
}

/** Undefined where there is no Go. */
function buildGoProgram(): string | undefined {
  if (findGo() === undefined) return undefined;
  const folder = cacheFolder('bench');
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'goroutines');
  runGo(GO_PROGRAM, 'build', '-o', program, '.');
  return program;
}

function reportPauses(report: Report, pauses: Pauses): void {
  report.note(`${median(pauses.walks)} stacks walked for each, the others known from the one before.`);
  report.value('in one turn', pauses.inOneTurn, 'ms');
  report.value('in one turn, 64 tasks', pauses.small, 'ms');
  report.value('in slices, all together', pauses.inSlices, 'ms');
  report.value('longest stretch on the main thread', pauses.longestSlice, 'ms');
  report.value('in slices and on to bytes (OTLP protobuf)', pauses.toBytes, 'ms');
  report.value('longest stretch of that', pauses.longestToBytes, 'ms');
  report.figure('in one turn', median(pauses.inOneTurn), LIMIT_MILLIS, 'ms');
  report.figure('in slices', median(pauses.inSlices), LIMIT_MILLIS, 'ms');
  report.figure('longest stretch, median', median(pauses.longestSlice), LIMIT_STRETCH_MILLIS, 'ms');
  report.figure('longest stretch, p99', p99(pauses.longestSlice), LIMIT_STRETCH_MILLIS, 'ms');
  report.figure('64 tasks', median(pauses.small), LIMIT_SMALL_MILLIS, 'ms');
}

function compare(report: Report, live: number, pauses: Pauses, go: GoroutineProfiles): void {
  report.value(`${go.version}: goroutine profile of as many, records alone`, go.fetch, 'ms');
  report.value(`${go.version}: the whole, debug=0`, go.debug0, 'ms');
  report.value(`${go.version}: the whole, debug=1`, go.debug1, 'ms');
  if (live !== COMPARED) return;
  const fetch = median(go.fetch);
  report.figure('less CPU than those records', fetch / median(pauses.inSlices), LIMIT_CPU_RATIO, 'times', 'at least');
  const longest = median(pauses.longestSlice);
  report.figure('shorter stretches than those records take', fetch / longest, LIMIT_PAUSE_RATIO, 'times', 'at least');
}
