import { isMainThread } from 'node:worker_threads';
import { getHeapStatistics } from 'node:v8';
import { guarded } from '../base/faults.ts';
import { nowMillis } from '../base/clock.ts';
import { cancel, later } from '../base/own-timers.ts';
import { EventLoopDelay } from './event-loop-delay.ts';

/** What triggers need of the process. */
export interface TriggerHost {
  /** Monotonic milliseconds, as tasks are timed with. */
  now(): number;
  /** Once; what is given calls it off. Does not keep the process running. */
  later(action: () => void, delayMillis: number): () => void;
  /** Of the size that V8's heap may grow to. */
  heapUsedPercent(): number;
  watchEventLoop(): Pick<EventLoopDelay, 'read' | 'close'>;
  /** What is given ends it. Does not keep the process running. */
  onSignal(name: NodeJS.Signals, action: () => void): () => void;
}

/** This thread. */
export const threadHost: TriggerHost = {
  now: nowMillis,
  later(action, delayMillis) {
    const timer = later(action, delayMillis);
    return () => cancel(timer);
  },
  // In 3 us; process.memoryUsage() takes up to 100, because it asks the system.
  heapUsedPercent() {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return (100 * used) / limit;
  },
  watchEventLoop: () => new EventLoopDelay(),
  onSignal(name, action) {
    // Workers get none; to listen there would do nothing.
    if (!isMainThread) return () => undefined;
    const listener = guarded('a dump met an error', action);
    process.on(name, listener);
    return process.removeListener.bind(process, name, listener);
  },
};
