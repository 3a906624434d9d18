import type { StackFrame } from '../base/types.ts';
import type { ShownStack } from './stack-view.ts';

/**
 * Of each run of frames of Node's internals leaves the outermost: what was called, instead of how Node does it. A run that holds the
 * await becomes the frame of the await.
 */
export function foldInternals(frames: readonly StackFrame[]): ShownStack {
  const shown: StackFrame[] = [];
  const indices = frames.map((frame, i) => {
    const index = shown.length;
    if (!isInternal(frame) || !isInternal(frames[i + 1])) shown.push(frame);
    return index;
  });
  return { frames: shown, indices: [...indices, shown.length] };
}

function isInternal(frame: StackFrame | undefined): boolean {
  return frame?.file.startsWith('node:internal/') === true;
}
