import { AsyncLocalStorage } from 'node:async_hooks';

// Read at load: the application may replace the globals by fake ones later. What is scheduled keeps the asynchronous context that
// it is scheduled in: without the snapshot ours would hold on to the request of that moment.
const outsideOfRequests = AsyncLocalStorage.snapshot();
const immediate = setImmediate;
const timeout = setTimeout;
const clear = clearTimeout;
const microtask = queueMicrotask;

/** Runs `action` in the next turn of the event loop. Keeps the process alive until then, unless it is `unref`-ed. */
export function nextTurn(action: () => void): NodeJS.Immediate {
  return outsideOfRequests(() => immediate(action));
}

/** Runs `action` in a job of its own, after those that are ready to run. */
export function nextJob(action: () => void): void {
  outsideOfRequests(() => microtask(action));
}

/** Runs `action` in `delayMillis`; `refresh()` of the result counts from anew. Does not keep the process alive. */
export function later(action: () => void, delayMillis: number): NodeJS.Timeout {
  return outsideOfRequests(() => timeout(action, delayMillis).unref());
}

/** Calls off what `later` gave. */
export function cancel(timer: NodeJS.Timeout | undefined): void {
  clear(timer);
}
