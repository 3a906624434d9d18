import type { CodeFrame, StackFrame } from '../base/types.ts';
import { StackTable } from '../capture/stack-table.ts';
import type { StackView } from '../frames/stack-view.ts';

/** Something with a stack of an engine's table, whose first frames are apart: the operation, or what of Node made a resource. */
export interface StackOwner {
  readonly stack: number;
  readonly operationFrames: number;
}

/** A stack as people read it. */
interface Shown {
  /** Equal ones of one snapshot are the same object. */
  readonly stack: readonly StackFrame[];
  /** Equal for equal ones. */
  readonly stackNumber: number;
  /** How many of its first frames are apart. */
  readonly operationFrames: number;
}

/** The stacks of one snapshot as they are shown. Different ones may look alike then. */
export class ShownStacks<Owner extends StackOwner> {
  readonly #view: StackView;
  readonly #framesOf: (owner: Owner) => readonly CodeFrame[];
  readonly #known = new Map<number, Shown[]>();
  readonly #frameNumbers = new Map<StackFrame, number>();
  readonly #numbers = new StackTable();
  readonly #stacks = new Map<number, readonly StackFrame[]>();

  constructor(view: StackView, framesOf: (owner: Owner) => readonly CodeFrame[]) {
    this.#view = view;
    this.#framesOf = framesOf;
  }

  of(owner: Owner): Shown {
    let known = this.#known.get(owner.stack);
    if (known === undefined) this.#known.set(owner.stack, (known = []));
    return (known[owner.operationFrames] ??= this.#show(owner));
  }

  #show(owner: Owner): Shown {
    const { frames, pivot } = this.#view.stack(this.#framesOf(owner), owner.operationFrames);
    let stackNumber = 0;
    for (const frame of frames.toReversed()) stackNumber = this.#numbers.push(stackNumber, this.#numberOf(frame));
    let stack = this.#stacks.get(stackNumber);
    if (stack === undefined) this.#stacks.set(stackNumber, (stack = Object.freeze(frames)));
    return { stack, stackNumber, operationFrames: pivot };
  }

  #numberOf(frame: StackFrame): number {
    let number = this.#frameNumbers.get(frame);
    if (number === undefined) this.#frameNumbers.set(frame, (number = this.#frameNumbers.size + 1));
    return number;
  }
}
