import type { TaskProfiler } from '../profiler.ts';
import type { WatchedQuantity } from './trigger-event.ts';
import type { TriggerHost } from './trigger-host.ts';

/** Reads one quantity, in microseconds. */
export interface Probe {
  /** `lateMillis`: how late this look is. Undefined where there is nothing to tell: the profiler does not run. */
  read(now: number, lateMillis: number): number | undefined;
  /** A dump shows all that is over the threshold now. */
  dumped?(now: number, threshold: number): void;
  close?(): void;
}

/** What probes need of a profiler. */
export type WatchedProfiler = Pick<TaskProfiler, 'running' | 'liveTasks' | 'oldestParkedAt'>;

const PROBES: Readonly<Record<WatchedQuantity, (profiler: WatchedProfiler, host: TriggerHost) => Probe>> = {
  liveTasks: (profiler) => ({ read: () => profiler.liveTasks }),
  oldestWait: (profiler) => new OldestWaitProbe(profiler),
  eventLoopDelay: (_, host) => {
    const delay = host.watchEventLoop();
    return { read: (_now, lateMillis) => delay.read(lateMillis), close: () => delay.close() };
  },
  heapUsed: (_, host) => ({ read: () => host.heapUsedPercent() }),
};

export function probeOf(quantity: WatchedQuantity, profiler: WatchedProfiler, host: TriggerHost): Probe {
  return PROBES[quantity](profiler, host);
}

/**
 * What was in a dump does not count again: nearly every process has functions that wait for its end, and one that is stuck would
 * fire after each cool-down. Whatever parks later counts, so this is no bound that only rises.
 */
class OldestWaitProbe implements Probe {
  readonly #profiler: WatchedProfiler;
  #dumpedUntil = -Infinity;

  constructor(profiler: WatchedProfiler) {
    this.#profiler = profiler;
  }

  read(now: number): number | undefined {
    if (!this.#profiler.running) return undefined;
    const parkedAt = this.#profiler.oldestParkedAt(this.#dumpedUntil);
    return parkedAt === undefined ? 0 : Math.max(now - parkedAt, 0);
  }

  dumped(now: number, threshold: number): void {
    this.#dumpedUntil = Math.max(this.#dumpedUntil, now - threshold);
  }
}
