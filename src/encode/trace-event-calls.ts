import type { StackFrame } from '../base/types.ts';
import { placeOf, type TaskSlice } from './trace-event-tasks.ts';

/** A function from when it was first seen on a task's stack until it was not any more. */
export interface CallSlice {
  readonly name: string;
  /** Where it was when it was first seen. */
  readonly at: string;
  readonly startNano: number;
  readonly endNano: number;
}

interface OpenCall {
  readonly frame: StackFrame;
  readonly startNano: number;
  endNano: number;
}

/**
 * The calls that a task's slices were in, outer ones ahead of inner ones: neighbours with the same callers are in the same calls, as in
 * a flame chart of samples.
 */
export function callSlices(slices: readonly TaskSlice[]): CallSlice[] {
  const closed: CallSlice[] = [];
  const open: OpenCall[] = [];
  for (const { calls, startNano, durationNano } of slices) {
    const { stayOpen, known } = match(open, calls);
    closeFrom(stayOpen, open, closed);
    const endNano = startNano + durationNano;
    for (const call of open) call.endNano = endNano;
    for (const frame of calls.slice(0, calls.length - known).reverse()) open.push({ frame, startNano, endNano });
  }
  closeFrom(0, open, closed);
  return closed.sort((one, other) => one.startNano - other.startNano || other.endNano - one.endNano);
}

/**
 * How many of the open calls go on, and how many frames of the stack, from the outermost on, are these. A stack that was taken after a
 * resume lacks the functions that called synchronously, so what is open may have more.
 */
function match(open: readonly OpenCall[], calls: readonly StackFrame[]): { stayOpen: number; known: number } {
  let stayOpen = 0;
  let known = 0;
  for (const frame of calls.toReversed()) {
    const at = open.findIndex((call, index) => index >= stayOpen && isSameFunction(call.frame, frame));
    if (at < 0) break;
    stayOpen = at + 1;
    known++;
  }
  return { stayOpen, known };
}

function closeFrom(index: number, open: OpenCall[], closed: CallSlice[]): void {
  for (const { frame, startNano, endNano } of open.splice(index)) {
    closed.push({ name: frame.functionName || '<anonymous>', at: placeOf(frame), startNano, endNano });
  }
}

function isSameFunction(one: StackFrame, other: StackFrame): boolean {
  return one.functionName === other.functionName && one.file === other.file;
}
