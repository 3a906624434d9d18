import assert from 'node:assert/strict';
import type { Contribution, Stratum } from '../../src/capture/live-sample.ts';
import { EMPTY_TASK_CONTEXT } from '../../src/capture/task-context.ts';
import { Estimate } from '../../src/snapshot/estimate.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectUnbiased, mean, standardDeviation } from '../support/statistics.ts';

const TRIALS = 1_500;
const UNITS = 60;
const TASKS_OF_UNIT = 10;
const UNIT_PROBABILITY = 0.5;
const DRAWS = 80;

interface Task {
  readonly unit: number;
  readonly isOfGroup: boolean;
}

/** Units differ in how many of their tasks are of the group. */
const population: readonly Task[] = Array.from({ length: UNITS * TASKS_OF_UNIT }, (_, i) => ({
  unit: i % UNITS,
  isOfGroup: i % UNITS < (i / UNITS) * 8,
}));

/** The variance that it claims of tasks of one unit: of each how much it stands for, of which draws, and which of them. */
function varianceOf(unitProbability: number, ...tasks: (readonly [amount: number, Stratum, draw?: number])[]): number {
  const estimate = new Estimate();
  for (const [amount, stratum, draw] of tasks) {
    const one = contribution({ unit: 1, isOfGroup: true }, 1, unitProbability, stratum);
    estimate.add({ ...one, amount, ...(draw !== undefined && { draw }) });
  }
  return estimate.standardError ** 2;
}

function expectVariance(variance: number, expected: number): void {
  assert.ok(Math.abs(variance - expected) < 1e-9, `${variance} for ${expected}`);
}

const contribution = (task: Task, inclusion: number, unitProbability: number, stratum?: Stratum): Contribution => ({
  task: { parkedAt: 0, context: EMPTY_TASK_CONTEXT, stack: 0, operationFrames: 0, unit: task.unit, unitProbability },
  amount: 1 / inclusion,
  inclusionProbability: inclusion,
  waitMillis: 0,
  source: 'followed',
  ...(stratum && { stratum }),
});

/** Claimed and shown standard errors of the group's number over many trials. */
function compare(trial: (random: () => number) => Estimate, what: string): void {
  const truth = population.filter(({ isOfGroup }) => isOfGroup).length;
  const random = seededRandom(11);
  const estimates = Array.from({ length: TRIALS }, () => trial(random));
  const totals = estimates.map(({ total }) => total);
  expectUnbiased(totals, truth, what);
  const claimed = Math.sqrt(mean(estimates.map(({ standardError }) => standardError ** 2)));
  const shown = standardDeviation(totals);
  assert.ok(Math.abs(claimed / shown - 1) < 0.08, `${what}: claims ${claimed}, shows ${shown}`);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

function estimateOf(contributions: readonly Contribution[]): Estimate {
  const estimate = new Estimate();
  for (const one of contributions) estimate.add(one);
  return estimate;
}

describe('Estimate', () => {
  it('claims the error of tasks that are drawn at random out of a known number', () => {
    compare((random) => {
      const drawn = shuffled(population, random).slice(0, DRAWS);
      const share = DRAWS / population.length;
      const stratum = { draws: DRAWS, unseen: 1 - share };
      return estimateOf(
        drawn.filter(({ isOfGroup }) => isOfGroup).map((task) => contribution(task, share, 1, stratum)),
      );
    }, 'one stratum');
  });

  it('claims no error of all tasks together where their number is known', () => {
    const share = DRAWS / population.length;
    const stratum = { draws: DRAWS, unseen: 1 - share };
    const drawn = population.slice(0, DRAWS).map((task) => contribution(task, share, 1, stratum));
    assert.ok(Math.abs(estimateOf(drawn).total - population.length) < 1e-6);
    assert.ok(estimateOf(drawn).standardError < 1e-3);
  });

  it('claims the error of units that are chosen, and of tasks drawn out of those', () => {
    compare((random) => {
      const units = new Set(Array.from({ length: UNITS }, (_, i) => i).filter(() => random() < UNIT_PROBABILITY));
      const followed = population.filter(({ unit }) => units.has(unit));
      const draws = Math.min(DRAWS, followed.length);
      const share = draws / followed.length;
      const stratum = { draws, unseen: 1 - share };
      const drawn = shuffled(followed, random).slice(0, draws);
      const ofGroup = drawn.filter(({ isOfGroup }) => isOfGroup);
      return estimateOf(ofGroup.map((task) => contribution(task, share * UNIT_PROBABILITY, UNIT_PROBABILITY, stratum)));
    }, 'units and a stratum');
  });

  it('claims the error of two strata, of which one is seen as a whole', () => {
    compare((random) => {
      const oldest = population.slice(0, 50);
      const rest = population.slice(50);
      const share = DRAWS / rest.length;
      const stratum = { draws: DRAWS, unseen: 1 - share };
      const drawn = shuffled(rest, random).slice(0, DRAWS);
      const of = (tasks: readonly Task[]): readonly Task[] => tasks.filter(({ isOfGroup }) => isOfGroup);
      return estimateOf([
        ...of(oldest).map((task) => contribution(task, 1, 1)),
        ...of(drawn).map((task) => contribution(task, share, 1, stratum)),
      ]);
    }, 'the oldest and a stratum');
  });

  it('claims the error of draws that differ, those that met nothing among them', () => {
    const stratum = { draws: 4, unseen: 0.5 };
    // Sums of draws 7, 5, 0 and 0: (1 - n / N) n / (n - 1) (sum S^2 - (sum S)^2 / n).
    expectVariance(varianceOf(1, [3, stratum, 0], [4, stratum, 0], [5, stratum, 2]), ((0.5 * 4) / 3) * (74 - 144 / 4));
    expectVariance(varianceOf(1, [3, stratum], [4, stratum], [5, stratum]), ((0.5 * 4) / 3) * (50 - 144 / 4));
    expectVariance(varianceOf(1, [3, stratum, 0], [3, stratum, 1], [3, stratum, 2], [3, stratum, 3]), 0);
  });

  it('claims all of one draw as its error, where more than that could have been drawn', () => {
    expectVariance(varianceOf(1, [3, { draws: 1, unseen: 0.25 }]), 0.25 * 9);
    const stratum = { draws: 1, unseen: 0.5 };
    expectVariance(varianceOf(1, [3, stratum, 0], [4, stratum, 0]), 0.5 * 49);
    expectVariance(varianceOf(1, [3, { draws: 1, unseen: 0 }]), 0);
  });

  it('claims the errors of strata together, and what units and draws both have once', () => {
    const [one, other] = [
      { draws: 1, unseen: 0.5 },
      { draws: 1, unseen: 0.25 },
    ];
    expectVariance(varianceOf(1, [3, one], [4, other]), 0.5 * 9 + 0.25 * 16);
    expectVariance(varianceOf(0.5, [3, one]), 0.5 * 9 + 0.5 * 9 - 0.5 * 0.5 * 9);
    expectVariance(varianceOf(0.5, [3, one, 0]), 0.5 * 9 + 0.5 * 9);
  });
});
