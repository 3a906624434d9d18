import type { CodeFrame } from '../base/types.ts';
import { FrameTable } from './frame-table.ts';
import { StackTable } from './stack-table.ts';

/** Something that holds a node of the stack table. */
interface StackHolder {
  stack: number;
}

/** Nodes above which stacks that nobody asks for any more are forgotten: 0.6 to 1.2 MiB. */
const MAX_NODES = 32_768;

/** What a park is shown as whose stack can't be had. */
const UNKNOWN_STACK = '(stack not known)';

/** The interned frames and stacks of one engine, kept small. */
export class StackKeeper {
  readonly frames = new FrameTable();
  readonly stacks = new StackTable();
  #compactAt = MAX_NODES;

  get wantsCompaction(): boolean {
    return this.stacks.size > this.#compactAt;
  }

  /** The stack of what can't be told. */
  get unknownStack(): number {
    return this.stacks.push(0, this.frames.internName(UNKNOWN_STACK));
  }

  /** Forgets the stacks of all but `holders`, and gives these their new numbers. */
  compact(holders: readonly StackHolder[]): void {
    const renamed = this.stacks.compact(holders.map((holder) => holder.stack));
    holders.forEach((holder, i) => (holder.stack = renamed[i]!));
    this.#compactAt = Math.max(MAX_NODES, this.stacks.size * 2);
  }

  framesOf(stack: number): CodeFrame[] {
    const frames = new Array<CodeFrame>(this.stacks.depthOf(stack));
    let node = stack;
    for (let i = 0; i < frames.length; i++, node = this.stacks.parentOf(node)) {
      frames[i] = this.frames.frame(this.stacks.frameOf(node));
    }
    return frames;
  }
}
