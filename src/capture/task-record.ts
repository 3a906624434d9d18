import type { LateContext } from './late-context.ts';
import { EMPTY_TASK_CONTEXT, type TaskContext } from './task-context.ts';

export const NOT_RESUMED = -1;
export const NOT_IN_LIVE_SET = -1;

/** One sampled park, from its capture until it resumes. Keeps nothing of the application's alive. */
export class TaskRecord {
  /** Monotonic milliseconds. */
  readonly parkedAt: number;
  resumedAt = NOT_RESUMED;
  /** Which sampling unit it was captured in: records of one unit were chosen together. */
  readonly unit: number;
  /** Probability with which that unit was chosen, all choices of whole units together. */
  unitProbability: number;
  /** 1 / inclusion probability, which thinning the live set lowers further. */
  weight: number;
  /** Captured because somebody asked for it, not by chance. */
  isForced = false;
  /** Node of the stack table: operation frames on top of the await's own stack. */
  stack = 0;
  /** How many frames of `stack`, from the leaf, are the operation. */
  operationFrames = 0;
  /** Where it is in the live set; moves. */
  slot = NOT_IN_LIVE_SET;
  /** `pending`: parked or resumed, not yet resolved. `task`: known to be a task. `dropped`: not a task, or thinned out. */
  state: 'pending' | 'task' | 'dropped' = 'pending';
  /** Of a task. */
  lateContext: LateContext | undefined;

  constructor(parkedAt: number, unit: number, unitProbability: number) {
    this.parkedAt = parkedAt;
    this.unit = unit;
    this.unitProbability = unitProbability;
    this.weight = 1 / unitProbability;
  }

  /** The span and the labels, as they are now, or were when it resumed. */
  get context(): TaskContext {
    return this.lateContext?.current ?? EMPTY_TASK_CONTEXT;
  }

  /** Its unit as a whole passed one more choice, with this probability. */
  reweigh(probability: number): void {
    this.unitProbability *= probability;
    this.weight /= probability;
  }
}

export function hasResumed(record: TaskRecord): boolean {
  return record.resumedAt !== NOT_RESUMED;
}
