import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runShop } from '../accuracy/shop.ts';
import type { Coverage } from './coverage-load.ts';
import type { Report } from './report.ts';

const RUNS = 3;
const LOAD = fileURLToPath(new URL('coverage-load.ts', import.meta.url));
const LOADS = {
  '20,000 awaits a second': 20_000,
  '360,000 awaits a second': 360_000,
  'as many awaits as the core makes': Infinity,
} as const;
const LARGEST = 5;
/** The first ones are of a probability that is not settled. */
const PROFILES = 5;

/** What 1 % of a core knows of a service: how much is followed, and how precise the largest groups are. */
export async function coverage(report: Report): Promise<void> {
  for (const [name, rate] of Object.entries(LOADS)) {
    const runs = Array.from({ length: RUNS }, () => runLoad(rate));
    reportCoverage(report, name, runs);
  }
  await reportShop(report);
}

function runLoad(awaitsPerSecond: number): Coverage {
  const args = ['--disable-warning=ExperimentalWarning', LOAD, String(awaitsPerSecond)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Coverage;
}

function reportCoverage(report: Report, name: string, runs: readonly Coverage[]): void {
  report.section(`What 1 % of a core follows (coverage): ${name}`);
  const of = (what: (run: Coverage) => number): number[] => runs.map(what);
  report.value(
    'awaits',
    of((run) => run.awaitsPerSecond),
    'a second',
  );
  report.value(
    'root tasks followed',
    of((run) => 100 * run.followProbability),
    '%',
  );
  report.value(
    'share of the time in which the hooks are on',
    of((run) => 100 * run.dutyCycle),
    '%',
  );
  report.value(
    'parks followed at the end',
    of((run) => run.followedTasks),
    '',
  );
  report.value(
    'stacks walked',
    of((run) => run.walksPerSecond),
    'a second',
  );
  report.value(
    'stacks captured',
    of((run) => run.capturesPerSecond),
    'a second',
  );
  report.value(
    'spent by its own account',
    of((run) => 100 * run.spentShare),
    '% of one core',
  );
  report.value(
    `standard error of each of the ${LARGEST} largest means over 10 s`,
    runs.flatMap((run) => run.relativeErrors.map((error) => 100 * error)),
    '%',
  );
}

async function reportShop(report: Report): Promise<void> {
  report.section("What 1 % of a core follows (coverage): the demo's service under full load");
  const { profiles } = await runShop({}, PROFILES);
  const tasks = profiles.filter(({ sampleType }) => sampleType.type === 'tasks');
  const last = tasks.slice(-RUNS);
  report.value(
    'sampling probability',
    last.map(({ attributes }) => Number(attributes['taskprof.sampling_probability'])),
    '',
  );
  const errors = last.flatMap(({ attributes }) => {
    const means = attributes['taskprof.sample.tasks'] as readonly number[];
    const ofMeans = attributes['taskprof.sample.standard_error'] as readonly number[];
    const byMean = means.map((mean, i) => ({ mean, error: ofMeans[i]! })).sort((a, b) => b.mean - a.mean);
    return byMean.slice(0, LARGEST).map(({ mean, error }) => (100 * error) / mean);
  });
  report.value(`standard error of each of the ${LARGEST} largest means of an export`, errors, '%');
}
