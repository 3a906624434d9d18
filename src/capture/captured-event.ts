import type { Context } from '@opentelemetry/api';
import type { RawStack } from './call-sites.ts';
import { FrameKind } from './frame-kind.ts';
import type { TaskRecord } from './task-record.ts';

/** One `init` of the promise hook inside a chosen piece of a run. Lives until its stack is resolved and compared. */
export class CapturedEvent {
  readonly promise: object;
  /** The awaited promise, or the one that `.then` was called on; undefined for a promise that is made anew. */
  readonly parent: object | undefined;
  /** What stands in the live set for it; undefined for lead-in and for promises made anew. */
  record: TaskRecord | undefined;
  /** The OpenTelemetry context of what has a record; undefined once it is resolved. */
  context: Context | undefined;
  /** The stack as V8 captured it; undefined once it is resolved. */
  raw: RawStack | undefined = {};
  /** How many frames it can have. */
  depthLimit = 0;
  /** The next event awaits or continues this very promise: the wrapper of `await <value>`, or a `.then` in a chain. */
  isLink = false;

  /** Node of the stack table, without the frames that only Node put there. */
  stack = 0;
  /** How many frames from the leaf are builtins. */
  builtins = 0;
  /** Bits of `FrameKind` of the top frame, and of all frames. */
  topKind = 0;
  kinds = 0;
  /** Frames are missing at the outer end. */
  truncated = false;

  constructor(promise: object, parent: object | undefined, record: TaskRecord | undefined) {
    this.promise = promise;
    this.parent = parent;
    this.record = record;
  }

  // Of resolved events:

  /** A link made by `.then`. */
  get isThen(): boolean {
    return this.parent !== undefined && (this.topKind & FrameKind.then) !== 0;
  }

  /** An await. */
  get isPark(): boolean {
    return this.parent !== undefined && !this.isThen;
  }

  /** An async function or an async generator begins here; any other promise that is made anew has a builtin on top. */
  get startsFunction(): boolean {
    if (this.parent !== undefined) return false;
    return (this.topKind & FrameKind.builtin) === 0 || (this.topKind & FrameKind.resume) !== 0;
  }
}
