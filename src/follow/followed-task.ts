import type { SampledTask } from '../capture/live-sample.ts';
import type { TaskContext } from '../capture/task-context.ts';

/** A followed task as snapshots see it. */
export class FollowedTask implements SampledTask {
  readonly parkedAt: number;
  readonly context: TaskContext;
  stack: number;
  readonly operationFrames: number;
  readonly unit: number;
  readonly unitProbability: number;

  constructor(
    parkedAt: number,
    context: TaskContext,
    shown: { readonly stack: number; readonly operationFrames: number },
    unit: number,
    unitProbability: number,
  ) {
    this.parkedAt = parkedAt;
    this.context = context;
    this.stack = shown.stack;
    this.operationFrames = shown.operationFrames;
    this.unit = unit;
    this.unitProbability = unitProbability;
  }
}
