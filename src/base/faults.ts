import { diag } from '@opentelemetry/api';
import { toError } from './errors.ts';

/** Different faults that are told of; one more would hardly help anybody. */
const MAX_TOLD = 64;

const told = new Set<string>();

/** Tells `diag` of a fault of the profiler's own, of each once. Throws nothing, whatever the application's logger does. */
export function tellFault(what: string, thrown: unknown): void {
  try {
    const line = `otel-taskprof: ${what}: ${toError(thrown).message}`;
    if (told.has(line) || told.size >= MAX_TOLD) return;
    told.add(line);
    diag.error(line);
  } catch {
    // There is nobody left to tell.
  }
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

/** For work that goes on beside everything: a rejection that nobody handles would end the application. */
export function unawaited(what: string, work: Promise<unknown>): void {
  work.catch((thrown: unknown) => tellFault(what, thrown));
}
