import type { CapturedEvent } from './captured-event.ts';
import type { LostTasks } from './lost-tasks.ts';
import type { PromiseHook } from './promise-hook.ts';
import type { StackKeeper } from './stack-keeper.ts';
import type { TaskContextReader } from './task-context.ts';
import type { TaskRecord } from './task-record.ts';
import type { TaskStamp } from './task-stamp.ts';

/** What another engine gives that calls this one from its own hook. */
export interface HookOwner {
  readonly keeper: StackKeeper;
  readonly stamp: TaskStamp;
  readonly contexts: TaskContextReader;
  readonly lost: LostTasks;
  /** Monotonic milliseconds in which the hooks were on. */
  readonly onTime: () => number;
  /** Share of the time in which they are. */
  readonly dutyCycle: number;
  /** Whether it counts lost tasks now: each estimator stands for all of them, so only one may. */
  readonly countsLosses: boolean;
  /** The function that V8 calls as `init`. */
  readonly init: PromiseHook['init'];
  /** Whether a captured park is a task or not is known now. */
  onVerdict(record: TaskRecord, event: CapturedEvent, isTask: boolean): void;
  /** Captured events were resolved, in a turn of their own. */
  onTurn(): void;
  /** Profiling has to end. */
  onEnd(): void;
}
