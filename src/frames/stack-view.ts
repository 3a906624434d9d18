import type { TaskLabels } from '../base/task-labels.ts';
import type { CodeFrame, StackFrame } from '../base/types.ts';

/** A stack as people read it. */
export interface ShownStack {
  readonly frames: readonly StackFrame[];
  /** Where the pivot is in these. */
  readonly pivot: number;
}

/** How stacks and labels are shown, in snapshots and all that is made of them. */
export interface StackView {
  /** Does ahead, in slices between turns of the event loop, what {@link stack} would have to do at once for these frames. */
  prepare(frames: Iterable<CodeFrame>): Promise<void>;
  /**
   * Equal frames are one object. `pivot`: index of the frame that others are told apart by, which holds the await or is the first that
   * is not Node's; the length of `frames` where there is none.
   */
  stack(frames: readonly CodeFrame[], pivot: number): ShownStack;
  labels(labels: TaskLabels): TaskLabels;
  /** The value of a label, as text, as it is shown. */
  labelText(name: string, text: string): string;
}

/** Shows everything as it is. */
export const PLAIN_VIEW: StackView = {
  prepare: () => Promise.resolve(),
  stack: (frames, pivot) => ({ frames, pivot }),
  labels: (labels) => labels,
  labelText: (_name, text) => text,
};
