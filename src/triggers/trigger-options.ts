import type { BurstOptions } from '../config/burst.ts';
import type { TimelineOptions } from '../config/timeline.ts';
import type { SnapshotOptions } from '../snapshot/snapshot-options.ts';
import type { TriggerEvent } from './trigger-event.ts';

/** What is dumped: the filters and the bound of a snapshot, and how it is taken. */
export interface TriggerSnapshotOptions extends SnapshotOptions {
  /**
   * `moment`: all tasks in one turn of the event loop, as they are together; 13 ms for 1,024 of 100,000. `slices`: in stretches of
   * 1 to 3 ms, each task as it is at its own moment. Default `slices`.
   */
  consistency?: 'moment' | 'slices';
}

/** What each kind of trigger decides for itself, in place of what is said for all. */
export interface DumpOptions {
  /** What of the tasks is dumped. Default: at most `maxTasks`, all of them. */
  snapshot?: TriggerSnapshotOptions;
  /** Samples as with `'all'` for some seconds after the dump, within a budget of its own; false: not. */
  burst?: BurstOptions | boolean;
  /** Records a timeline after the dump, by default for 5,000 ms; false: not. */
  timeline?: TimelineOptions | boolean;
}

/** When a trigger that watches a quantity may fire. */
export interface WatchOptions extends DumpOptions {
  /** Fires where the value is so many percent over its moving average: 50 is one and a half times the average. */
  risenPercent?: number;
  /** Milliseconds from the start in which it doesn't fire. Default 30,000: a process that starts is no case of trouble. */
  warmUpMillis?: number;
  /** Milliseconds from a dump until the next of the same trigger at the earliest. Default 60,000. */
  coolDownMillis?: number;
}

/** Fires by the number of live tasks. One of `aboveTasks` and `risenPercent` has to be given. */
export interface LiveTasksTriggerOptions extends WatchOptions {
  /** Fires where there are more, whatever the average is. */
  aboveTasks?: number;
  /** Fewer never count as risen. Default 100. */
  atLeastTasks?: number;
  /** With more nothing is dumped: the process is in danger already. Default: no bound. */
  atMostTasks?: number;
}

/**
 * Fires by how long the task has waited that has waited longest. What was in a dump for that does not count again: functions that
 * wait for the end of the process fire once. One of `aboveMillis` and `risenPercent` has to be given.
 */
export interface OldestWaitTriggerOptions extends WatchOptions {
  /** Fires where it has waited longer. */
  aboveMillis?: number;
  /** A shorter wait never counts as risen. Default 1,000. */
  atLeastMillis?: number;
  /** Longer waits don't fire. Default: no bound. */
  atMostMillis?: number;
}

/**
 * Fires by the longest time since the last look in which the event loop did not come round, to within 50 ms. While the loop is idle
 * more than 80 % of the time it is only sampled, by how late the look itself is. One of `aboveMillis` and `risenPercent` has to be
 * given.
 */
export interface EventLoopDelayTriggerOptions extends WatchOptions {
  /** Fires where it is longer, whatever the average is. */
  aboveMillis?: number;
  /** A shorter delay never counts as risen. Default 100. */
  atLeastMillis?: number;
  /** With a longer one nothing is dumped. Default: no bound. */
  atMostMillis?: number;
}

/** Fires by the used part of V8's heap, in percent of the size that it may grow to. One of `abovePercent` and `risenPercent` has to be given. */
export interface HeapUsedTriggerOptions extends WatchOptions {
  /** Fires where more is used, whatever the average is. */
  abovePercent?: number;
  /** Less never counts as risen. Default 10. */
  atLeastPercent?: number;
  /** With more nothing is dumped by this trigger. Default: `atMostHeapPercent` of all. */
  atMostPercent?: number;
}

/** Fires when the process gets a signal. */
export interface SignalTriggerOptions extends DumpOptions {
  /**
   * Name of the signal: `SIGUSR2`, `SIGQUIT`, ... Not `SIGUSR1`, which Node.js keeps for its debugger, nor those that can't be
   * listened to or that end a process. Only the main thread gets signals. Before the start and after the stop most signals end the
   * process, as they do where nobody listens.
   */
  name: string;
}

/**
 * When snapshots are taken beside the periodic profiles. What is not named does not fire; there is always
 * {@link TriggerRunner.trigger}. What is said here of warm-up, cool-down, snapshot, burst and timeline holds for each that does not
 * say it itself.
 */
export interface TriggersOptions extends Omit<WatchOptions, 'risenPercent'> {
  /** Fires by how many tasks are parked. */
  liveTasks?: LiveTasksTriggerOptions;
  /** Fires by how long the oldest has waited. */
  oldestWait?: OldestWaitTriggerOptions;
  /** Fires by how long the event loop is held up. */
  eventLoopDelay?: EventLoopDelayTriggerOptions;
  /** Fires by how full the heap is. */
  heapUsed?: HeapUsedTriggerOptions;
  /** A dump whenever the process gets this signal. */
  signal?: string | SignalTriggerOptions;
  /** Milliseconds between two looks at what is watched, at least 100. Default 2,000. A look takes 50 to 110 us. */
  checkIntervalMillis?: number;
  /** Time that moving averages reach back over, in milliseconds: what is older hardly counts. Default 60,000. */
  averageMillis?: number;
  /**
   * Milliseconds between two baselines, or false for none: snapshots at calm times, of which the latest goes with each dump, to
   * compare with. Default 300,000 where something is watched. Each costs as much as a dump.
   */
  baselineIntervalMillis?: number | false;
  /**
   * With so much of V8's heap in use, in percent of the size that it may grow to, no watching trigger dumps anything. Default 95.
   */
  atMostHeapPercent?: number;
  /** Told of each dump when its snapshot is there, before it is exported. What it throws goes to `diag`. */
  onTrigger?: (event: TriggerEvent) => unknown;
}
