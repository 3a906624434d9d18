import { AsyncLocalStorage } from 'node:async_hooks';
import { guarded } from './faults.ts';

// Read at load: the application may replace the globals by fake ones later. What is scheduled keeps the asynchronous context that
// it is scheduled in: without the snapshot ours would hold on to the request of that moment.
const outsideOfRequests = AsyncLocalStorage.snapshot();
const immediate = setImmediate;
const timeout = setTimeout;
const clear = clearTimeout;
const microtask = queueMicrotask;

const FAULT = 'work between turns of the event loop met an error';

/** Runs `action` in the next turn of the event loop; what it throws is told, here and below. Keeps the process alive until then, unless it is `unref`-ed. */
export function nextTurn(action: () => void): NodeJS.Immediate {
  return outsideOfRequests(() => immediate(guarded(FAULT, action)));
}

/** Runs `action` in a job of its own, after those that are ready to run. */
export function nextJob(action: () => void): void {
  outsideOfRequests(() => microtask(guarded(FAULT, action)));
}

/** Runs `action` in `delayMillis`; `refresh()` of the result counts from anew. Does not keep the process alive. */
export function later(action: () => void, delayMillis: number): NodeJS.Timeout {
  return outsideOfRequests(() => timeout(guarded(FAULT, action), delayMillis).unref());
}

/** Calls off what `later` gave. */
export function cancel(timer: NodeJS.Timeout | undefined): void {
  clear(timer);
}
