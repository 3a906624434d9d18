import { ownerOf, shortPlaceOf } from '../../src/base/package-path.ts';
import type { StackFrame } from '../../src/base/types.ts';

/** One line of a stack as it is shown. */
export interface StackLine {
  /** operation: what the task waits for; await: where it is parked; caller: an async caller; folded: frames left out. */
  readonly role: 'operation' | 'await' | 'caller' | 'folded';
  readonly name: string;
  /** `pg-pool/index.js:45`; '' for folded frames. */
  readonly place: string;
  /** The package of the frame, `node` for Node's own; absent for the application's. */
  readonly owner?: string;
}

/** Wrappers around the operation, which say nothing of what is waited for. */
const HIDDEN_SCOPE = '@opentelemetry/';

/**
 * The stack, leaf first, as it is shown: the operation without instrumentation and Node's internals, the await, and the
 * application's callers; frames of packages and of Node between those are folded, below the last of them left out.
 */
export function stackLines(stack: readonly StackFrame[], awaitIndex: number): StackLine[] {
  const operation = operationFrames(stack.slice(0, awaitIndex)).map((frame) => lineOf(frame, 'operation'));
  const parked = stack.slice(awaitIndex, awaitIndex + 1).map((frame) => lineOf(frame, 'await'));
  return [...operation, ...parked, ...callerLines(stack.slice(awaitIndex + 1))];
}

/** Where a profile does not say which frame holds the await: the application's first, else the leaf. */
export function guessAwaitIndex(stack: readonly StackFrame[]): number {
  return Math.max(
    0,
    stack.findIndex((frame) => ownerOf(frame) === undefined),
  );
}

/** Of each package the call into it: what that calls inside the package (`promisify`) is its own affair. */
function operationFrames(frames: readonly StackFrame[]): readonly StackFrame[] {
  const named = frames.filter(({ file }) => file !== '');
  const outside = named.filter((frame) => !ownerOf(frame)?.startsWith(HIDDEN_SCOPE));
  const telling = outside.filter(({ file }) => !file.startsWith('node:internal/'));
  const shown = telling.length > 0 ? telling : outside;
  return shown.filter((frame, n) => {
    const owner = ownerOf(frame);
    const outer = shown[n + 1];
    return owner === undefined || outer === undefined || ownerOf(outer) !== owner;
  });
}

function callerLines(frames: readonly StackFrame[]): StackLine[] {
  const lines: StackLine[] = [];
  let folded: StackFrame[] = [];
  for (const frame of frames) {
    if (ownerOf(frame) !== undefined) {
      folded.push(frame);
      continue;
    }
    if (folded.length > 0) lines.push(foldedLine(folded));
    folded = [];
    lines.push(lineOf(frame, 'caller'));
  }
  return lines;
}

function foldedLine(frames: readonly StackFrame[]): StackLine {
  const packages = [...new Set(frames.map(ownerOf))].join(', ');
  return {
    role: 'folded',
    name: `... ${frames.length} ${frames.length === 1 ? 'frame' : 'frames'} of ${packages}`,
    place: '',
  };
}

function lineOf(frame: StackFrame, role: StackLine['role']): StackLine {
  const owner = ownerOf(frame);
  return {
    role,
    name: frame.functionName || '<anonymous>',
    place: shortPlaceOf(frame),
    ...(owner !== undefined && { owner }),
  };
}
