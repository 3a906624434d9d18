import { type Context, context, createContextKey } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

// The API makes equal symbols of equal names, so a second copy of this package recognises our tasks as well.
const OWN_TASK_KEY = createContextKey('otel-taskprof own task');

/**
 * Runs `fn` as the profiler's own work: no spans are made for what it does (requests of exporters), and the tasks that it
 * starts are not in the profile. Both need a registered context manager; without one `fn` just runs.
 */
export function runAsOwn<T>(fn: () => T): T {
  return context.with(suppressTracing(context.active()).setValue(OWN_TASK_KEY, true), fn);
}

/** Whether `activeContext` is that of the profiler's own work. */
export function isOwnContext(activeContext: Context): boolean {
  return activeContext.getValue(OWN_TASK_KEY) === true;
}
