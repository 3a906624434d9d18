import { diag } from '@opentelemetry/api';
import { toError } from './errors.ts';

/** Different faults that are told of; one more would hardly help anybody. */
const MAX_TOLD = 64;

const told = new Set<string>();
let faults = 0;

/** How many faults of its own the profiler met in this thread, those included that `diag` was not told of again. */
export function faultCount(): number {
  return faults;
}

/** Counts a fault of the profiler's own and tells `diag` of it, of each once. Throws nothing, whatever the application's logger does. */
export function tellFault(what: string, thrown: unknown): void {
  tell(what, thrown, isNew);
}

/** The same for the end of something, which is told each time. */
export function tellEnd(what: string, thrown: unknown): void {
  tell(what, thrown, () => true);
}

function tell(what: string, thrown: unknown, isWanted: (line: string) => boolean): void {
  faults++;
  try {
    const error = thrown instanceof Error ? thrown : toError(thrown);
    const line = `otel-taskprof: ${what}: ${error.message}`;
    if (isWanted(line)) diag.error(line, error);
  } catch {
    // There is nobody left to tell.
  }
}

function isNew(line: string): boolean {
  if (told.has(line) || told.size >= MAX_TOLD) return false;
  told.add(line);
  return true;
}

/** `action` for callers that do not catch: what a timer, an event or the garbage collector calls would end the application. */
export function guarded<Args extends unknown[]>(
  what: string,
  action: (...args: Args) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      action(...args);
    } catch (thrown) {
      tellFault(what, thrown);
    }
  };
}

/** Takes every step, also where one before it has failed: for an end that must leave nothing behind. */
export function takeAll(what: string, steps: readonly (() => void)[]): void {
  for (const step of steps) guarded(what, step)();
}

/** Resolves when `work` is done or has failed, which is told. */
export async function settled(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    tellFault(what, thrown);
  }
}

/** For work that goes on beside everything: a rejection that nobody handles would end the application. */
export function unawaited(what: string, work: Promise<unknown>): void {
  work.catch((thrown: unknown) => tellFault(what, thrown));
}
