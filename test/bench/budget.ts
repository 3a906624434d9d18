import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BudgetPair } from './budget-load.ts';
import { median } from './measure.ts';
import type { Report } from './report.ts';

const LOAD = fileURLToPath(new URL('budget-load.ts', import.meta.url));
const PAIRS = 6;
const AWAITS_PER_SECOND = 1_000_000;
/** 1 % of a core, and a fifth more. */
const LIMIT_SHARE = 1.2;
/** For a service that does nothing but await. */
const LIMIT_RATIO = 1.06;

/** Whether the default budget is kept where the hooks alone would take five times as much. */
export function budget(report: Report): void {
  report.section(
    `A million awaits a second behind calls 200 deep in 50,000 ways (budget), profiler on / off in ${PAIRS} pairs of turns in one process`,
  );
  const args = ['--disable-warning=ExperimentalWarning', LOAD, String(PAIRS), String(AWAITS_PER_SECOND)];
  const pairs = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as BudgetPair[];
  if (pairs.some(({ tasks }) => !(tasks > 0))) throw new Error('nothing was profiled');
  const of = (what: (pair: BudgetPair) => number): number[] => pairs.map(what);
  const overhead = of((pair) => 100 * pair.overheadShare);
  report.value(
    'awaits',
    of((pair) => pair.awaitsPerSecond),
    'a second',
  );
  report.value(
    'share of the time in which the hooks are on',
    of((pair) => 100 * pair.dutyCycle),
    '%',
  );
  report.value(
    'root tasks followed meanwhile',
    of((pair) => 100 * pair.followProbability),
    '%',
  );
  report.value(
    'mean number of tasks of the last export, of those that there were',
    of((pair) => (100 * pair.tasks) / pair.trueTasks),
    '%',
  );
  report.value(
    'spent by its own account',
    of((pair) => 100 * pair.spentShare),
    '% of one core',
  );
  report.value('CPU time of the process, on - off', overhead, '% of one core');
  const ratio = of((pair) => pair.cpuRatio);
  report.value('the same, on / off', ratio, 'times');
  report.figure('CPU of a service that does nothing but await, on / off', median(ratio), LIMIT_RATIO, 'times');
  report.figure('CPU time on top at a budget of 1 %', median(overhead), LIMIT_SHARE, '% of one core');
}
