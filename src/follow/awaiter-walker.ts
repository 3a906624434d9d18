import { type CallSite, readCallSites } from '../capture/call-sites.ts';
import { FrameKind } from '../capture/frame-kind.ts';
import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { WaiterWalk } from './waiter-walk.ts';

const HIDDEN = FrameKind.queue | FrameKind.hidden;

/** Who waits for a promise: the await on it, the async function around that, its await, and so on. */
export interface WalkedStack {
  /** Node of the stack table; 0 where V8 could not tell: several wait for it, it is settled, or nobody waits. */
  readonly stack: number;
  /** Bits of `FrameKind` of the top frame, and of all. */
  readonly topKind: number;
  readonly kinds: number;
}

const NOBODY: WalkedStack = Object.freeze({ stack: 0, topKind: 0, kinds: 0 });

/**
 * Takes the stacks of parked functions from the promises that they await, at any time. 5 to 7 us each.
 *
 * The job that runs around the call is no longer known to V8 as the current one afterwards: errors made in the rest of it have
 * no async callers. So walks belong into a turn of their own.
 */
export class AwaiterWalker {
  readonly #keeper: StackKeeper;
  readonly #walk: WaiterWalk;
  #walks = 0;
  /** Walks make promises, which the hooks have to leave out. */
  walking = false;

  constructor(keeper: StackKeeper, walk: WaiterWalk) {
    this.#keeper = keeper;
    this.#walk = walk;
  }

  /** Walks so far. */
  get walks(): number {
    return this.#walks;
  }

  /** Whether the one stack is the other's with more on top. */
  isCalledBy(inner: WalkedStack, outer: WalkedStack): boolean {
    return inner.stack !== outer.stack && this.#keeper.stacks.extends(inner.stack, outer.stack);
  }

  walkAwaiters(promise: object): WalkedStack {
    return this.walkAll([promise])[0]!;
  }

  /** The same for many, all at the same moment. */
  walkAll(promises: readonly object[]): WalkedStack[] {
    if (promises.length === 0) return [];
    this.#walks += promises.length;
    // Frames above it are not made into objects, 0.2 us each.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const below = AwaiterWalker.prototype.walkAll;
    this.walking = true;
    let raw;
    try {
      raw = this.#walk.prepare(promises, below);
      // Each frame between here and the turn that the walks are made in costs 0.5 to 1 us a walk: hence few functions around it.
      this.#walk.drain();
    } finally {
      this.walking = false;
    }
    const missing = raw.filter((holder) => !('stack' in holder)).length;
    if (missing > 0) throw new Error(`${missing} of ${promises.length} walks did not come back`);
    const stacks = raw.map(readCallSites);
    // What is on the stack now is the same for all, and comes first.
    const callers = stacks[0]!.findLastIndex((site) => !site.isAsync()) + 1;
    return stacks.map((sites) => this.#read(sites, callers));
  }

  #read(sites: readonly CallSite[], callers: number): WalkedStack {
    const { frames, stacks } = this.#keeper;
    const ids: number[] = [];
    let kinds = 0;
    for (let i = callers; i < sites.length; i++) {
      const id = frames.intern(sites[i]!);
      const kind = frames.kind(id);
      if ((kind & HIDDEN) !== 0) continue;
      kinds |= kind;
      ids.push(id);
    }
    if (ids.length === 0) return NOBODY;
    let stack = 0;
    for (let i = ids.length - 1; i >= 0; i--) stack = stacks.push(stack, ids[i]!);
    return { stack, topKind: frames.kind(ids[0]!), kinds };
  }
}
