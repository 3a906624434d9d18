import { readCallSites } from '../capture/call-sites.ts';
import { FrameKind } from '../capture/frame-kind.ts';
import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { ResourceRecord } from './resource-record.ts';

/** Of Node's machinery, which says nothing of who made a resource. */
const HIDDEN = FrameKind.queue | FrameKind.hidden;
const PUBLISHER = 'node:diagnostics_channel';

/** Parts a resource's own stack from that of the resource that it came of. */
const STARTED_BY = '(started by)';

/** Instead of a stack, where there is none: made by V8 or libuv, of something that is not known. */
const UNKNOWN_STACK = '(stack not known)';

/** Frames above the application's that are left away. */
export const EXTRA_DEPTH = 8;

/** Turns raw stacks of resources into nodes of the stack table and lets go of what V8 holds for them. */
export class ResourceResolver {
  readonly #keeper: StackKeeper;
  readonly #maxStackDepth: number;
  readonly #find: (asyncId: number) => ResourceRecord | undefined;
  readonly #ids: number[] = [];

  /** `find`: the record of another resource, if it is known. */
  constructor(keeper: StackKeeper, maxStackDepth: number, find: (asyncId: number) => ResourceRecord | undefined) {
    this.#keeper = keeper;
    this.#maxStackDepth = maxStackDepth;
    this.#find = find;
  }

  /** False where the profiler itself made it. To be called inside `withCallSites`. */
  resolve(record: ResourceRecord): boolean {
    const { frames, stacks } = this.#keeper;
    const ids = this.#ids;
    ids.length = 0;
    let isOwn = false;
    for (const site of readCallSites(record.raw!)) {
      const id = frames.intern(site);
      isOwn ||= (frames.kind(id) & FrameKind.own) !== 0;
      if (!this.#isHidden(id)) ids.push(id);
    }
    record.raw = undefined;
    if (isOwn) return false;
    const hasCaller = this.#nodeFrames() < ids.length;
    const trigger = hasCaller ? undefined : this.#triggerOf(record);
    if (trigger !== undefined) ids.push(frames.internName(STARTED_BY));
    else if (ids.length === 0) ids.push(frames.internName(UNKNOWN_STACK));
    ids.length = Math.min(ids.length, this.#maxStackDepth);
    let stack = trigger?.stack ?? 0;
    for (let i = ids.length - 1; i >= 0; i--) stack = stacks.push(stack, ids[i]!);
    record.stack = stack;
    record.operationFrames = this.#nodeFrames() + (trigger?.operationFrames ?? 0);
    return true;
  }

  #isHidden(id: number): boolean {
    const { frames } = this.#keeper;
    if ((frames.kind(id) & HIDDEN) !== 0) return true;
    const isTop = this.#ids.length === 0;
    return isTop && ((frames.kind(id) & FrameKind.dispatcher) !== 0 || frames.frame(id).file === PUBLISHER);
  }

  /** How many frames from the leaf are Node's or V8's. */
  #nodeFrames(): number {
    const { frames } = this.#keeper;
    const first = this.#ids.findIndex((id) => !/^(node:|$)/.test(frames.frame(id).file));
    return first < 0 ? this.#ids.length : first;
  }

  /** What is made in a callback of Node's own has no application on its stack, but came of a resource that may have. */
  #triggerOf({ triggerId }: ResourceRecord): ResourceRecord | undefined {
    const trigger = this.#find(triggerId);
    if (trigger === undefined || trigger.stack === 0) return undefined;
    const depth = this.#ids.length + 1 + this.#keeper.stacks.depthOf(trigger.stack);
    return depth <= this.#maxStackDepth ? trigger : undefined;
  }
}
