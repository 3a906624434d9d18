import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { loadPattern, together, times, type LoadedPattern, type ModuleKind, type Pattern } from './patterns.ts';
import { gate, settled, until, type Gate } from './settled.ts';
import type { ExpectedTasks } from './tasks.ts';

/** More than the engine lets wait for their resolution (256), so that patterns are resolved in the midst of them as well. */
const DEFAULT_COUNT = 400;

interface Gates {
  readonly a: Gate;
  readonly b: Gate;
}

/** Called at each moment of a pattern, with the tasks that there are then. */
export type Look = (moment: string, expected: readonly ExpectedTasks[], file: string) => void;

/** How the start and each look are run: inside the job of the player, unless told otherwise. */
export type Step = (part: () => void) => void | Promise<void>;

/** Starts the pattern many times and looks: at once, all parked, half resumed, all resumed, all finished. */
export async function playPattern(
  pattern: Pattern,
  kind: ModuleKind,
  look: Look,
  step: Step = (part) => part(),
): Promise<void> {
  const loaded = await loadPattern(pattern, kind);
  try {
    await playLoaded(pattern, loaded, (moment, expected) => look(moment, expected, loaded.file), step);
  } finally {
    loaded.remove();
  }
}

async function playLoaded(
  pattern: Pattern,
  loaded: LoadedPattern,
  look: (moment: string, expected: readonly ExpectedTasks[]) => void,
  step: Step,
): Promise<void> {
  const { count = DEFAULT_COUNT, parked, resumed = [], atOnce = parked } = pattern;
  const gates = Array.from({ length: count }, (): Gates => ({ a: gate(), b: gate() }));
  const half = Math.floor(count / 2);

  const shared = gate();
  const arrivals = { count: 0 };
  await step(() => {
    startAll(loaded, gates, shared.promise, arrivals);
    look('in the turn of the start', atOnce === 'none' ? [] : times(count, atOnce));
  });
  const wanted = pattern.source.includes('arrived()') ? count : 0;
  await until(() => arrivals.count >= wanted);
  await settled();
  await step(() => look('all parked', times(count, parked)));

  for (const { a } of gates.slice(0, half)) a.open();
  await settled();
  await step(() => look('half resumed', together(times(count - half, parked), times(half, resumed))));

  for (const { a } of gates.slice(half)) a.open();
  await settled();
  await step(() => look('all resumed', times(count, resumed)));

  for (const { b } of gates) b.open();
  shared.open();
  await settled();
  await step(() => look('all finished', []));
}

function startAll(
  loaded: LoadedPattern,
  gates: readonly Gates[],
  shared: Promise<void>,
  arrivals: { count: number },
): void {
  const arrived = (): void => {
    arrivals.count++;
  };
  for (const { a, b } of gates) loaded.start(a.promise, b.promise, { shared, context, ROOT_CONTEXT, arrived });
}
