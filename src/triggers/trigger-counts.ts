/** What triggers did since they were made. */
export interface TriggerCounts {
  /** Looks at what is watched. */
  readonly checks: number;
  /** Snapshots that were taken because something fired or was asked for. */
  readonly dumps: number;
  /** Snapshots of calm times. */
  readonly baselines: number;
  /** Times that something would have fired, by what held it back. */
  readonly held: Readonly<Record<HeldBy, number>>;
  /** Dumps that were asked for and not made: the profiler did not run, or too many waited. */
  readonly droppedDumps: number;
  /** Messages with profiles of dumps and bursts. */
  readonly exports: number;
  /** Those of them that did not arrive. */
  readonly failedExports: number;
  /** Exports that were not begun, because too many were under way. */
  readonly droppedExports: number;
  /** Times that `onTrigger` threw, or a check did. */
  readonly faults: number;
}

/** `busy`: another dump is being taken. `heap`: over `atMostHeapPercent`. */
export type HeldBy = 'warmUp' | 'coolDown' | 'atMost' | 'heap' | 'busy';

/** The same, while it grows. */
export type GrowingCounts = { -readonly [Name in keyof Omit<TriggerCounts, 'held'>]: number } & {
  readonly held: Record<HeldBy, number>;
};

export function createCounts(): GrowingCounts {
  return {
    checks: 0,
    dumps: 0,
    baselines: 0,
    held: { warmUp: 0, coolDown: 0, atMost: 0, heap: 0, busy: 0 },
    droppedDumps: 0,
    exports: 0,
    failedExports: 0,
    droppedExports: 0,
    faults: 0,
  };
}
