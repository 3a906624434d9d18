import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '@opentelemetry/api';
import { isStackOverflow } from '../base/errors.ts';
import { takeAll, tellFault } from '../base/faults.ts';
import { overlayProperty } from '../base/own-property.ts';

const FAULT = 'the context of samples met an error';

/** Is told of what the application does with its OpenTelemetry context. */
export interface ContextWatcher {
  /** Another context is about to be the active one. */
  leaving(active: Context | undefined): void;
  /** It is the active one now; in this asynchronous frame and what comes from it. */
  entered(active: Context | undefined): void;
}

/**
 * Tells `watcher` of each change of the context in `storage`, that of OpenTelemetry's context manager, until the returned
 * function is called. Both ways in are replaced by what Node does in them, so that code which runs in a context has as many
 * frames below it as it would have: errors keep no more than ten.
 */
export function watchContextStorage(storage: AsyncLocalStorage<Context>, watcher: ContextWatcher): () => void {
  const enter = storage.enterWith.bind(storage);
  let watching = true;

  // The application goes on whatever its spans, or a stack that is used up, do to us: then a sample has no context.
  const enterWith = (next: Context): void => {
    try {
      if (watching) watcher.leaving(storage.getStore());
    } catch (thrown) {
      tellUnlessOverflow(thrown);
    }
    enter(next);
    try {
      if (watching) watcher.entered(next);
    } catch (thrown) {
      tellUnlessOverflow(thrown);
    }
  };

  const run = (next: Context, callback: (...args: unknown[]) => unknown, ...args: unknown[]): unknown => {
    const prior = storage.getStore();
    if (Object.is(prior, next)) return Reflect.apply(callback, null, args);
    enterWith(next);
    try {
      return Reflect.apply(callback, null, args);
    } finally {
      enterWith(prior!);
    }
  };

  const restores = [overlayProperty(storage, 'enterWith', enterWith), overlayProperty(storage, 'run', run)];
  return takeAll.bind(null, FAULT, [() => (watching = false), ...restores]);
}

/** A stack that is used up is the application's own. */
export function tellUnlessOverflow(thrown: unknown): void {
  if (!isStackOverflow(thrown)) tellFault(FAULT, thrown);
}
