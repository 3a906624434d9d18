import type { StackFrame } from '../base/types.ts';
import type { ShownStack } from './stack-view.ts';

/**
 * Of each run of frames of Node's internals, with the builtins that these call each other by, leaves the outermost: what was called,
 * instead of how Node does it. The frame at `pivot`, the await, is always left: what a task waits for is not mixed up with the
 * place where it waits, nor that with its callers.
 */
export function foldInternals(frames: readonly StackFrame[], pivot: number): ShownStack {
  const shown: StackFrame[] = [];
  let shownPivot: number | undefined;
  let isInRun = false;
  for (const [i, frame] of frames.entries()) {
    if (i === pivot) shownPivot = shown.length;
    isInRun = isInternal(frame) || (isInRun && isBuiltin(frame));
    if (i === pivot || !isInRun || !goesOn(frames, i + 1, pivot)) shown.push(frame);
  }
  return { frames: shown, pivot: shownPivot ?? shown.length };
}

/** Whether the next frame that is no builtin is in the same run. */
function goesOn(frames: readonly StackFrame[], from: number, pivot: number): boolean {
  let at = from;
  while (at < frames.length && at !== pivot && isBuiltin(frames[at]!)) at++;
  return at < frames.length && at !== pivot && isInternal(frames[at]!);
}

function isInternal({ file }: StackFrame): boolean {
  return file.startsWith('node:internal/');
}

function isBuiltin({ file }: StackFrame): boolean {
  return file === '';
}
