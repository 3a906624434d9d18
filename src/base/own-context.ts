import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, createContextKey } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

// The API makes equal symbols of equal names, so a second copy of this package recognises our tasks as well.
const OWN_TASK_KEY = createContextKey('otel-taskprof own task');

/** A mark that needs no context manager; only while somebody asks for it, because before Node.js 24 it costs every promise. */
const ownWork = new AsyncLocalStorage<boolean>();
let asking = 0;

/**
 * Runs `fn` as the profiler's own work: no spans are made for what it does (requests of exporters), and the tasks that it
 * starts are not in the profile. Both need a registered context manager; without one `fn` just runs.
 */
export function runAsOwn<T>(fn: () => T): T {
  const inContext = (): T => context.with(suppressTracing(context.active()).setValue(OWN_TASK_KEY, true), fn);
  return asking === 0 ? inContext() : ownWork.run(true, inContext);
}

/** Whether `activeContext` is that of the profiler's own work. */
export function isOwnContext(activeContext: Context): boolean {
  return activeContext.getValue(OWN_TASK_KEY) === true;
}

/** From now on {@link isOwnWork} knows what `runAsOwn` starts, without a context manager too, until the function is called. */
export function markOwnWork(): () => void {
  asking++;
  let isAsking = true;
  return () => {
    if (!isAsking) return;
    isAsking = false;
    if (--asking === 0) ownWork.disable();
  };
}

/** Whether this runs as the profiler's own work, or was started by it. False while nobody has asked to mark it. */
export function isOwnWork(): boolean {
  return asking > 0 && ownWork.getStore() === true;
}
