import assert from 'node:assert/strict';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { TaskProfiler, type TaskSnapshot } from '../../src/index.ts';
import { loadPattern, together, times, type LoadedPattern, type ModuleKind, type Pattern } from './patterns.ts';
import { gate, settled, until, type Gate } from './settled.ts';
import { expectNoTasks, expectTasks, type ExpectedTasks } from './tasks.ts';

const DEFAULT_COUNT = 1000;

interface Gates {
  readonly a: Gate;
  readonly b: Gate;
}

/** Starts the pattern many times and expects its exact tasks: at once, all parked, half resumed, all resumed, none. */
export async function runPattern(pattern: Pattern, kind: ModuleKind): Promise<void> {
  const loaded = await loadPattern(pattern, kind);
  const profiler = new TaskProfiler({ sampling: 'all', maxTasks: Infinity });
  try {
    profiler.start();
    await expectAtEveryMoment(pattern, loaded, () => profiler.snapshot());
  } finally {
    profiler.stop();
    loaded.remove();
  }
}

async function expectAtEveryMoment(
  pattern: Pattern,
  loaded: LoadedPattern,
  snapshot: () => TaskSnapshot,
): Promise<void> {
  const { count = DEFAULT_COUNT, parked, resumed = [], atOnce = parked } = pattern;
  const expectNow = expecter(loaded.file, snapshot);
  const gates = Array.from({ length: count }, (): Gates => ({ a: gate(), b: gate() }));
  const half = Math.floor(count / 2);

  const { shared, allArrived } = startAll(pattern, loaded, gates);
  expectNow('in the turn of the start', atOnce === 'none' ? [] : times(count, atOnce));
  await allArrived();
  await settled();
  expectNow('all parked', times(count, parked));

  for (const { a } of gates.slice(0, half)) a.open();
  await settled();
  expectNow('half resumed', together(times(count - half, parked), times(half, resumed)));

  for (const { a } of gates.slice(half)) a.open();
  await settled();
  expectNow('all resumed', times(count, resumed));

  for (const { b } of gates) b.open();
  shared.open();
  await settled();
  expectNow('all finished', []);
  assert.equal(snapshot().samplingProbability, 1, 'the counts were not certain');
}

function startAll(pattern: Pattern, loaded: LoadedPattern, gates: readonly Gates[]) {
  const shared = gate();
  let arrivals = 0;
  const arrived = (): void => {
    arrivals++;
  };
  for (const { a, b } of gates)
    loaded.start(a.promise, b.promise, { shared: shared.promise, context, ROOT_CONTEXT, arrived });
  const wanted = pattern.source.includes('arrived()') ? gates.length : 0;
  return { shared, allArrived: () => until(() => arrivals >= wanted) };
}

function expecter(file: string, snapshot: () => TaskSnapshot) {
  return (moment: string, expected: readonly ExpectedTasks[]): void => {
    try {
      if (expected.length === 0) expectNoTasks(snapshot(), { file });
      else expectTasks(snapshot(), expected, { file });
    } catch (error) {
      if (error instanceof Error) error.message = `${moment}: ${error.message}`;
      throw error;
    }
  };
}
