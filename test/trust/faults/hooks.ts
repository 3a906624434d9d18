import asyncHooks from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import { promiseHooks } from 'node:v8';

// Counts what is hooked from its import on: ahead of src, whose imports are what is there by then.

/** How many there are of each kind. */
export type Hooks = Readonly<Record<string, number>>;

let ofPromises = 0;
let madeOfPromises = 0;
const ofResources = new Set<object>();

const { createHook: createPromiseHook } = promiseHooks;
promiseHooks.createHook = (callbacks) => {
  const stop = createPromiseHook(callbacks) as () => void;
  ofPromises++;
  madeOfPromises++;
  let isThere = true;
  return () => {
    if (isThere) ofPromises--;
    isThere = false;
    stop();
  };
};

const { createHook: createAsyncHook } = asyncHooks;
asyncHooks.createHook = (callbacks) => {
  const hook = createAsyncHook(callbacks);
  const [enable, disable] = [hook.enable.bind(hook), hook.disable.bind(hook)];
  return Object.assign(hook, {
    enable: () => (ofResources.add(hook), enable()),
    disable: () => (ofResources.delete(hook), disable()),
  });
};
syncBuiltinESMExports();

/** How many hooks of promises there were so far. */
export function promiseHooksMade(): number {
  return madeOfPromises;
}

export function hooksInPlace(): Hooks {
  return {
    'promise hooks': ofPromises,
    'async hooks': ofResources.size,
    'subscription of requests': Number(channel('http.client.request.created').hasSubscribers),
    'listeners of the process': process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}
