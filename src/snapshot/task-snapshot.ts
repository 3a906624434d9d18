import type { Labels, SpanReference, StackFrame } from '../base/types.ts';

/** The tasks of one {stack, labels, span}, those that are stuck for themselves. */
export interface TaskSample {
  /** Leaf first: the operation waited for, the await, its callers. Equal stacks of one snapshot are the same object. */
  readonly stack: readonly StackFrame[];
  /** Which frame of `stack` holds the await; the frames before it are the operation. */
  readonly awaitIndex: number;
  /** Estimated number of tasks: a sum of weights, so it need not be whole. */
  readonly tasks: number;
  /** Standard error of `tasks`; 0 when `samplingProbability` is 1. */
  readonly standardError: number;
  /** The share of its tasks that was looked at; 1 only where none can have been left out. */
  readonly samplingProbability: number;
  /** How its stacks were had: `captured` all at their parks, or `followed`, some walked later: then without operation and
   * synchronous callers, unless they were learned from others. */
  readonly source: 'captured' | 'followed';
  /** How long the task that has waited longest among the sampled ones has waited in all. */
  readonly oldestWaitMillis: number;
  /** Those of `withTaskLabels`, of their span and of baggage. */
  readonly labels: Labels;
  /** The span that was active where the tasks parked. */
  readonly span?: SpanReference;
  /** They have been parked for the profiler's `stuckMillis`, or longer. */
  readonly stuck?: true;
}

/**
 * `moment`: every task as it was at one moment. `slices`: each as it was at its own, over some milliseconds. `interval`: the
 * mean over an interval.
 */
export type Consistency = 'moment' | 'slices' | 'interval';

/** The live tasks, at one moment or as the mean over an interval. Immutable. */
export interface TaskSnapshot {
  /** When it was taken, nanoseconds since 1970; of an interval its end. */
  readonly timeUnixNano: bigint;
  /** Which moment it is of. */
  readonly consistency: Consistency;
  /** Estimated number of tasks: exact when `samplingProbability` is 1. */
  readonly totalTasks: number;
  /** Standard error of `totalTasks`. */
  readonly totalStandardError: number;
  /** Most tasks first. */
  readonly samples: readonly TaskSample[];
  /** The share of the tasks that were looked at; 1 only where none can have been left out. */
  readonly samplingProbability: number;
  /**
   * Share of the time in which the profiler looked at all, where its hooks alone would take more than `overheadBudget`; absent where
   * that is all of it. Tasks younger than some tens of milliseconds are not in a snapshot of a moment at which it does not look.
   */
  readonly dutyCycle?: number;
  /** Sampled tasks that are not in it because `maxTasks` of the profiler (since its start) or of the call was reached. */
  readonly droppedTasks: number;
  /** Labels of its tasks that were left out or cut off, because the limits of the option `labels` were reached. */
  readonly cutLabels: number;
}
