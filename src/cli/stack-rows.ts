import { ownerOf, shortPlaceOf } from '../base/package-path.ts';
import type { StackFrame } from '../base/types.ts';
import type { TaskEntry } from './task-list.ts';

/** One row of a stack as it is shown. Rows of equal key are the same place. */
export interface StackRow {
  readonly key: string;
  readonly name: string;
  /** `pg-pool/index.js:45`; '' where none is known. */
  readonly place: string;
  /** operation: what the task waits for; await: where it is parked; folded: frames left out. */
  readonly kind: 'caller' | 'await' | 'operation' | 'folded';
}

/**
 * The rows of a stack, from the outermost caller to the leaf. Unless `allFrames`, frames of packages and of Node between the
 * application's are folded, and of the operation only the calls from one package into another are shown.
 */
export function stackRows({ stack, awaitIndex }: TaskEntry, allFrames: boolean): StackRow[] {
  if (stack.length === 0) return [{ key: '', name: '(no stack)', place: '', kind: 'caller' }];
  if (awaitIndex === undefined) return stack.map((frame) => frameRow(frame, 'caller')).toReversed();
  const operation = stack.slice(0, awaitIndex);
  const callers = stack.slice(awaitIndex + 1);
  return [
    ...(allFrames ? operation : tellingFrames(operation)).map((frame) => frameRow(frame, 'operation')),
    ...stack.slice(awaitIndex, awaitIndex + 1).map((frame) => frameRow(frame, 'await')),
    ...(allFrames ? callers.map((frame) => frameRow(frame, 'caller')) : foldedRows(callers)),
  ].toReversed();
}

/** Wrappers around the operation, which say nothing of what is waited for. */
const WRAPPERS = '@opentelemetry/';

function tellingFrames(frames: readonly StackFrame[]): readonly StackFrame[] {
  const outside = frames.filter((frame) => frame.file !== '' && !ownerOf(frame)?.startsWith(WRAPPERS));
  const telling = outside.filter(({ file }) => !file.startsWith('node:internal/'));
  const [shown = frames] = [telling, outside].filter((some) => some.length > 0);
  return shown.filter((frame, index) => {
    const owner = ownerOf(frame);
    const caller = shown[index + 1];
    return owner === undefined || caller === undefined || ownerOf(caller) !== owner;
  });
}

/** Leaf first, as the frames. */
function foldedRows(frames: readonly StackFrame[]): StackRow[] {
  const rows: StackRow[] = [];
  let folded: StackFrame[] = [];
  for (const frame of frames) {
    if (ownerOf(frame) !== undefined) {
      folded.push(frame);
      continue;
    }
    if (folded.length > 0) rows.push(foldedRow(folded));
    folded = [];
    rows.push(frameRow(frame, 'caller'));
  }
  // Where the application has no frame at all, those of packages are the callers.
  if (folded.length > 0 && rows.length === 0) return folded.map((frame) => frameRow(frame, 'caller'));
  return rows;
}

function foldedRow(frames: readonly StackFrame[]): StackRow {
  const owners = [...new Set(frames.map(ownerOf))].join(', ');
  const name = `… ${frames.length} ${frames.length === 1 ? 'frame' : 'frames'} of ${owners}`;
  return { key: name, name, place: '', kind: 'folded' };
}

function frameRow(frame: StackFrame, kind: StackRow['kind']): StackRow {
  const { functionName, file, line, column } = frame;
  return {
    key: `${kind} ${functionName}\0${file}\0${line}:${column}`,
    name: functionName === '' ? '<anonymous>' : functionName,
    place: shortPlaceOf(frame),
    kind,
  };
}
