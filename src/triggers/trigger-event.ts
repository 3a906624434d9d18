import type { IntervalSnapshot } from '../snapshot/interval.ts';
import type { TaskSnapshot } from '../snapshot/task-snapshot.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** What a trigger can watch. */
export type WatchedQuantity = 'liveTasks' | 'oldestWait' | 'eventLoopDelay' | 'heapUsed';

/** Who asked for a dump. */
export type TriggerName = WatchedQuantity | 'signal' | 'manual';

/** What was seen that made a trigger fire. */
export interface Sighting {
  /** `above` the bound, or `risen` over the moving average. */
  readonly rule: 'above' | 'risen';
  /** What was measured. */
  readonly value: number;
  /** What it was over: the bound, or the average with so many percent on top. */
  readonly threshold: number;
  /** The moving average before. */
  readonly average: number;
  /** Of value, threshold and average. */
  readonly unit: 'tasks' | 'ms' | '%';
}

/** Why there is a dump. */
export interface TriggerCause {
  /** Which trigger fired. */
  readonly trigger: TriggerName;
  /** For people: `12034 live tasks, above 10000 (average 310)`. */
  readonly reason: string;
  /** Where a quantity was watched. */
  readonly sighting?: Sighting;
}

/** A dump: why, and the tasks. */
export interface TriggerEvent extends TriggerCause {
  /** Tells what belongs together: all profiles of one dump have it as `taskprof.trigger.id`. */
  readonly id: string;
  /** The tasks, by the filters of the trigger. */
  readonly snapshot: TaskSnapshot;
  /** The latest one of a calm time; undefined where there was none. */
  readonly baseline?: TaskSnapshot;
  /** Where a burst follows: the mean over it, at its end; undefined where profiling was stopped in it. Never rejects. */
  readonly burst?: Promise<IntervalSnapshot | undefined>;
  /** Where a timeline is recorded after it: that, at its end. Never rejects. */
  readonly timeline?: Promise<Timeline>;
}
