import type { TaskLabels } from '../base/task-labels.ts';
import type { CodeFrame, StackFrame } from '../base/types.ts';

/** A stack as people read it. */
export interface ShownStack {
  readonly frames: readonly StackFrame[];
  /** Where each frame of the stack as it was is in these; with one more for the end. */
  readonly indices: readonly number[];
}

/** How stacks and labels are shown, in snapshots and all that is made of them. */
export interface StackView {
  /** Equal frames are one object. */
  stack(frames: readonly CodeFrame[]): ShownStack;
  labels(labels: TaskLabels): TaskLabels;
  /** The value of a label, as text, as it is shown. */
  labelText(name: string, text: string): string;
}

/** Shows everything as it is. */
export const PLAIN_VIEW: StackView = {
  stack: (frames) => ({ frames, indices: Array.from({ length: frames.length + 1 }, (_, i) => i) }),
  labels: (labels) => labels,
  labelText: (_name, text) => text,
};
