import { setTimeout as sleep } from 'node:timers/promises';
import { TaskProfiler } from '../../src/profiler.ts';
import { Checks } from '../../src/triggers/checks.ts';
import { triggersConfig } from '../../src/triggers/trigger-config.ts';
import { createCounts } from '../../src/triggers/trigger-counts.ts';
import { type TriggerHost, threadHost } from '../../src/triggers/trigger-host.ts';
import { median, nextTurn } from './measure.ts';
import type { Report } from './report.ts';

const LIVE_TASKS = [1_000, 100_000];
const CHECKS = 100;
/** As little of a check is left in the processor's caches, and compiled, as there is of one a second. */
const PAUSE_MILLIS = 20;
const LIMIT_MICROS_A_SECOND = 50;

const SAMPLINGS = [0.1, 1, 'all'] as const;

/** Bounds that nothing reaches: what is measured is what a process pays where nothing is wrong. */
const CONFIG = triggersConfig({
  warmUpMillis: 0,
  baselineIntervalMillis: false,
  liveTasks: { aboveTasks: 1e9, risenPercent: 1e9 },
  oldestWait: { aboveMillis: 1e9, risenPercent: 1e9 },
  eventLoopDelay: { aboveMillis: 1e9, risenPercent: 1e9 },
  heapUsed: { abovePercent: 1e9, risenPercent: 1e9 },
});

const releases: (() => void)[] = [];

async function acquire(): Promise<void> {
  await new Promise<void>((resolve) => releases.push(resolve));
}

/** A call over each: what looks for the oldest task has to pass it. */
async function handle(): Promise<void> {
  await acquire();
}

/** In a callback, where each is a root task that is sampled by itself. */
function startThousand(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      for (let i = 0; i < 1_000; i++) void handle();
      resolve();
    });
  });
}

/** Main-thread time of a check of all four quantities, by number of live tasks. */
export async function trigger(report: Report): Promise<void> {
  report.section('A check of all that triggers can watch (trigger)');
  for (const live of LIVE_TASKS) for (const sampling of SAMPLINGS) await measure(report, live, sampling);
}

async function measure(report: Report, live: number, sampling: (typeof SAMPLINGS)[number]): Promise<void> {
  const profiler = new TaskProfiler({ sampling });
  profiler.start();
  for (let i = 0; i < live; i += 1_000) await startThousand();
  await nextTurn();
  const micros = await checkTimes(profiler);
  const known = profiler.liveTasks ?? 0;
  profiler.stop();
  for (const release of releases.splice(0)) release();
  await nextTurn();
  // Of a thousand tasks a tenth of the roots tells little.
  if (live > 1_000 && Math.abs(known / live - 1) > 0.5) throw new Error(`${known} tasks were counted of ${live}`);
  const name = `${live.toLocaleString('en')} live tasks, sampling ${sampling}`;
  report.value(name, micros, 'us');
  const aSecond = (median(micros) * 1_000) / CONFIG.checkIntervalMillis;
  report.figure(`${name}, in a second`, aSecond, LIMIT_MICROS_A_SECOND, 'us');
}

/** Microseconds of each. */
async function checkTimes(profiler: TaskProfiler): Promise<number[]> {
  let check = (): void => undefined;
  const host: TriggerHost = {
    ...threadHost,
    later: (action) => {
      check = action;
      return () => undefined;
    },
  };
  const owner = { isBusy: false, onFire: fired, onCalm: fired };
  const checks = new Checks(CONFIG, profiler, host, owner, createCounts());
  const micros: number[] = [];
  for (let i = 0; i < CHECKS; i++) {
    await sleep(PAUSE_MILLIS);
    const startedAt = process.hrtime.bigint();
    check();
    micros.push(Number(process.hrtime.bigint() - startedAt) / 1e3);
  }
  checks.stop();
  return micros;
}

function fired(): never {
  throw new Error('nothing should fire');
}
