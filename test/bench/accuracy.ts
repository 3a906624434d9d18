import { PIECE_EVENTS } from '../../src/capture/promise-hook.ts';
import { accuracyTrial, type Finding, type Trial } from './accuracy-trial.ts';
import { sumOf } from './measure.ts';
import type { Report } from './report.ts';

const PROBABILITIES = [1, 0.5, 0.1, 0.01];
const TASKS = [100, 1_000, 10_000, 100_000];
const TRIALS = 11;
/** Of a mean over all trials: chance alone is beyond it once in 16,000 times. */
const MAX_DEVIATION = 4;
/** So many tasks are all asked what a filter asks for. */
const MAX_EXACT = 16_384;
const ROUNDING = 1e-6;
/** What is followed as a whole, at three events each: the gate, the function, its await. */
const TASKS_OF_A_PIECE = PIECE_EVENTS / 3;

/** How far estimates are from what they are of, next to the standard errors that they come with, by p and by number of tasks. */
export async function accuracy(report: Report): Promise<void> {
  for (const probability of PROBABILITIES) {
    report.section(
      `Estimates against the exact answer (accuracy), p = ${probability}: ${TRIALS} trials, maxTasks 1,024`,
    );
    if (probability === PROBABILITIES[0]) report.note(READING);
    for (const count of TASKS) await reportTrials(report, probability, count);
  }
}

const READING = [
  'Four stacks with a half to a tenth of the tasks each; waits of 0.25 to 1 s, in an interval of a second, which an export has ten of.',
  'Errors are absolute, in percent of the exact value; what is promised is the standard error in percent of the same, 0 where nothing',
  'was found. Of a normal distribution half of the errors are below 0.67 standard errors. All tasks start one right after another, and',
  `pieces of 32 events are followed or not: ${Math.floor(TASKS_OF_A_PIECE)} of these tasks, so that errors are those of a tenth as many.`,
].join('\n');

async function reportTrials(report: Report, probability: number, count: number): Promise<void> {
  const trials: Trial[] = [];
  for (let i = 0; i < TRIALS; i++) trials.push(await accuracyTrial(probability, count, 1 + 7919 * i));
  const what = `${count.toLocaleString('en')} tasks`;
  reportErrors(
    report,
    `${what}: all`,
    trials.map(({ total }) => total),
  );
  reportErrors(
    report,
    `${what}: of a stack`,
    trials.flatMap(({ counts }) => counts),
  );
  reportErrors(
    report,
    `${what}: share of all waits of a stack`,
    trials.flatMap(({ waitShares }) => waitShares),
  );
  check(what, probability, trials);
}

function reportErrors(report: Report, what: string, findings: readonly Finding[]): void {
  const percentOf = (error: number, { truth }: Finding): number => Math.round(1e5 * (Math.abs(error) / truth)) / 1e3;
  report.value(
    what,
    findings.map((one) => percentOf(one.estimate - one.truth, one)),
    '% error',
  );
  report.value(
    `${what}, promised`,
    findings.map((one) => percentOf(one.standardError, one)),
    '%',
  );
}

function check(what: string, probability: number, trials: readonly Trial[]): void {
  const { estimate, truth, standardError } = meanOf(trials.map(({ total }) => total));
  const told = `p = ${probability}, ${what}: ${estimate} ± ${standardError} on average`;
  const isExact = probability === 1 && truth <= MAX_EXACT;
  // Where little was found no standard error can be told from it.
  const expected = truth * Math.sqrt((TASKS_OF_A_PIECE * (1 - probability)) / probability / truth / trials.length);
  const allowed = isExact ? 0 : MAX_DEVIATION * Math.max(standardError, expected);
  if (Math.abs(estimate - truth) > allowed + ROUNDING * truth) throw new Error(`${told} of ${truth}`);
}

function meanOf(findings: readonly Finding[]): Finding {
  const mean = (of: (one: Finding) => number): number => sumOf(findings.map(of)) / findings.length;
  return {
    estimate: mean((one) => one.estimate),
    truth: mean((one) => one.truth),
    standardError: Math.sqrt(mean((one) => one.standardError ** 2) / findings.length),
  };
}
