import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { nowMillis } from '../../src/base/clock.ts';
import { TaskProfiler } from '../../src/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { settled, until } from '../support/settled.ts';
import { mean, standardDeviation } from '../support/statistics.ts';

/** Time that tasks were parked, by their own clock: the truth. */
const integrals = new Map<string, number>();
const parked = new Map<object, { readonly name: string; readonly since: number }>();

function parks(name: string): object {
  const key = {};
  parked.set(key, { name, since: nowMillis() });
  return key;
}

function resumes(key: object): void {
  const { name, since } = parked.get(key)!;
  parked.delete(key);
  integrals.set(name, (integrals.get(name) ?? 0) + nowMillis() - since);
}

/** Resumes in each turn of the event loop. */
async function turning(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const key = parks('turning');
    await turn();
    resumes(key);
  }
}

async function waitsLong(over: Promise<void>): Promise<void> {
  const key = parks('waitsLong');
  await over;
  resumes(key);
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

async function sleepsShortly(millis: number): Promise<void> {
  const key = parks('sleepsShortly');
  await sleep(millis);
  resumes(key);
}

async function isHeldUp(gate: Promise<void>): Promise<void> {
  const key = parks('isHeldUp');
  await gate;
  resumes(key);
}

/** Computes as long as it may, and waits in between. */
async function computes(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const key = parks('computes');
    await sleep(20);
    resumes(key);
    for (const end = nowMillis() + 5; nowMillis() < end;);
  }
}

interface Load {
  readonly title: string;
  readonly names: readonly string[];
  /** A share by which means may be off: a park that ends right after a moment can't be walked any more. */
  readonly tolerance: number;
  /** Of few tasks most moments see the same number, and from that no error can be told. */
  readonly isOfFew?: true;
  /** Starts tasks outside of any job, so that each is a root. Gives what ends it. */
  readonly start: () => () => void;
}

const TASKS = 200;

function repeat(action: () => void, millis: number): () => void {
  action();
  const timer = setInterval(action, millis);
  return () => clearInterval(timer);
}

const loads: readonly Load[] = [
  {
    title: 'tasks that resume in each turn among tasks that wait',
    names: ['turning', 'waitsLong'],
    tolerance: 0.1,
    start: () => {
      let isOver = false;
      const ends: (() => void)[] = [];
      for (let i = 0; i < TASKS / 4; i++) void turning(() => isOver);
      for (let i = 0; i < TASKS / 4; i++) void waitsLong(new Promise((resolve) => ends.push(resolve)));
      return () => {
        isOver = true;
        for (const end of ends) end();
      };
    },
  },
  {
    title: 'few tasks that compute between their waits',
    names: ['computes'],
    // A timer that is late may come behind the task that ran next.
    tolerance: 0.1,
    isOfFew: true,
    start: () => {
      let isOver = false;
      for (let i = 0; i < 4; i++) setImmediate(() => void computes(() => isOver));
      return () => (isOver = true);
    },
  },
  {
    title: 'short waits in an idle process',
    names: ['sleepsShortly'],
    tolerance: 0.05,
    start: () =>
      repeat(() => {
        for (let i = 0; i < TASKS; i++) void sleepsShortly(15);
      }, 30),
  },
  {
    title: 'tasks that wait while the main thread is held up',
    names: ['isHeldUp'],
    tolerance: 0.05,
    start: () =>
      repeat(() => {
        const opens: (() => void)[] = [];
        for (let i = 0; i < TASKS; i++) void isHeldUp(new Promise((resolve) => opens.push(resolve)));
        setImmediate(() => {
          for (const end = nowMillis() + 60; nowMillis() < end;);
          setTimeout(() => opens.forEach((open) => open()), 1);
        });
      }, 130),
  },
];

const TRIALS = 25;
const DURATION_MILLIS = 300;

/**
 * A trial in which others had the core more often than this is made anew, as long as there are attempts: of an interval with a
 * handful of moments no standard error can be told. 1 to 10 are usual, 50 and more where three others want two cores.
 */
const MAX_INTERRUPTIONS = 20;
const MAX_ATTEMPTS = 3 * TRIALS;

async function undisturbedTrials(load: Load, sampling: number) {
  const found = [];
  let trials = 0;
  for (let attempt = 0; trials < TRIALS; attempt++) {
    const before = process.resourceUsage().involuntaryContextSwitches;
    // With the same seed again: which roots are followed is not to be chosen by the machine.
    const one = await trial(load, sampling, 1 + 7919 * trials);
    const interruptions = process.resourceUsage().involuntaryContextSwitches - before;
    if (interruptions > MAX_INTERRUPTIONS && attempt < MAX_ATTEMPTS - TRIALS + trials) continue;
    found.push(...one);
    trials++;
  }
  return found;
}

/** Estimate and truth of one interval, by name. */
async function trial(load: Load, sampling: number, seed: number) {
  const profiler = new TaskProfiler({ sampling, overheadBudget: 1e-9 }, seededRandom(seed));
  profiler.start();
  let end = (): void => undefined;
  setImmediate(() => (end = load.start()));
  await until(() => parked.size > 0);
  const interval = profiler.openInterval()!;
  integrals.clear();
  for (const [key, { name }] of parked) parked.set(key, { name, since: nowMillis() });
  const startedAt = nowMillis();
  await sleep(DURATION_MILLIS);
  for (const [key, { name, since }] of [...parked]) {
    integrals.set(name, (integrals.get(name) ?? 0) + nowMillis() - since);
    parked.set(key, { name, since: nowMillis() });
  }
  // Frames are looked at, and paths shortened, when the interval is over.
  const millis = nowMillis() - startedAt;
  const snapshot = interval.end();
  end();
  await until(() => parked.size === 0);
  profiler.stop();
  await settled();
  const at = (name: string) =>
    snapshot.samples.filter(({ stack, awaitIndex }) => stack[awaitIndex]?.functionName === name);
  return load.names.map((name) => ({
    name,
    truth: (integrals.get(name) ?? 0) / millis,
    estimate: at(name).reduce((sum, { tasks }) => sum + tasks, 0),
    standardError: Math.sqrt(at(name).reduce((sum, { standardError }) => sum + standardError ** 2, 0)),
  }));
}

describe('means of random moments', function () {
  // Trials may be made anew.
  this.timeout(120_000);
  // Of 25 intervals of some 15 moments 20 are covered but for one run in twenty or so: what is wrong fails three times.
  this.retries(2);

  for (const load of loads) {
    for (const sampling of [1, 0.2]) {
      it(`are unbiased for the time integral: ${load.title}, p = ${sampling}`, async () => {
        const found = await undisturbedTrials(load, sampling);
        for (const name of load.names) {
          const of = found.filter((one) => one.name === name);
          const ratios = of.map(({ estimate, truth }) => estimate / truth);
          const deviation = Math.abs(mean(ratios) - 1);
          const allowed = (3 * standardDeviation(ratios)) / Math.sqrt(ratios.length) + load.tolerance;
          assert.ok(deviation <= allowed, `${name}: off by ${deviation}, allowed ${allowed}`);
          if (load.isOfFew) continue;
          // Moments of one interval are few, and so may be the units that are followed.
          const covered = of.filter((one) => Math.abs(one.truth - one.estimate) <= 2 * one.standardError).length;
          assert.ok(covered >= (sampling === 1 ? 0.8 : 0.5) * TRIALS, `${name}: ${covered} of ${TRIALS} are covered`);
        }
      });
    }
  }
});
