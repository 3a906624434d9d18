import type { RawStack } from './call-sites.ts';
import type { TaskRecord } from './task-record.ts';

/** One `init` of the promise hook inside a chosen piece of a run. Lives until its stack is resolved and compared. */
export class CapturedEvent {
  readonly promise: object;
  /** The awaited promise, or the one that `.then` was called on; undefined for a promise that is made anew. */
  readonly parent: object | undefined;
  /** What stands in the live set for it; undefined for lead-in and for promises made anew. */
  record: TaskRecord | undefined;
  /** The stack as V8 captured it; undefined once it is resolved. */
  raw: RawStack | undefined = {};
  /** The next event awaits or continues this very promise: the wrapper of `await <value>`, or a `.then` in a chain. */
  isLink = false;

  /** Node of the stack table, without the frames that only Node put there. */
  node = 0;
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
}
