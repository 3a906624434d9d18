import { createHook } from 'node:async_hooks';
import { diag } from '@opentelemetry/api';

type Init = (asyncId: number, type: string, triggerId: number, resource: object) => void;

let told = false;

/**
 * Calls `init` for each resource that is made, until the function that it gives is called. For no promise where the runtime can
 * leave them out; else `init` is called for them too, and `diag` says once what that means.
 */
export function installAsyncHook(init: Init): () => void {
  if (!canLeaveOutPromises() && !told) {
    told = true;
    diag.warn(
      `otel-taskprof: Node.js ${process.version} tracks promises as well for the profile of resources (createHook knows no ` +
        'trackPromises before 24.14, 25.6 and 26): some 0.1 us more for each await where nothing else tracks them, and promises ' +
        'have their async ids on them',
    );
  }
  const options = { init, trackPromises: false };
  const hook = createHook(options).enable();
  // Node's own function: none of ours that could fail is between.
  return hook.disable.bind(hook);
}

/** A runtime that does not know the option does not check it. */
export function canLeaveOutPromises(): boolean {
  try {
    createHook({ trackPromises: 'checked' } as object);
    return false;
  } catch {
    return true;
  }
}
