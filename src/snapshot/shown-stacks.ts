import type { CodeFrame, StackFrame } from '../base/types.ts';
import { StackTable } from '../capture/stack-table.ts';
import type { ShownStack, StackView } from '../frames/stack-view.ts';

/** Something whose stack is a number of an engine's table. */
interface StackOwner {
  readonly stack: number;
}

interface Known extends ShownStack {
  readonly stackNumber: number;
}

/** The stacks of one snapshot as they are shown. Different ones may look alike then: these get one number, and are one object. */
export class ShownStacks<Owner extends StackOwner> {
  readonly #view: StackView;
  readonly #framesOf: (owner: Owner) => readonly CodeFrame[];
  readonly #known = new Map<number, Known>();
  readonly #frameNumbers = new Map<StackFrame, number>();
  readonly #numbers = new StackTable();
  readonly #stacks = new Map<number, readonly StackFrame[]>();

  constructor(view: StackView, framesOf: (owner: Owner) => readonly CodeFrame[]) {
    this.#view = view;
    this.#framesOf = framesOf;
  }

  /** `index`: of a frame of the stack as the engine has it. */
  of(owner: Owner, index: number): { stack: readonly StackFrame[]; stackNumber: number; shownIndex: number } {
    let known = this.#known.get(owner.stack);
    if (known === undefined) this.#known.set(owner.stack, (known = this.#show(owner)));
    const { frames, indices, stackNumber } = known;
    return { stack: frames, stackNumber, shownIndex: indices[index] ?? frames.length };
  }

  #show(owner: Owner): Known {
    const { frames, indices } = this.#view.stack(this.#framesOf(owner));
    let stackNumber = 0;
    for (const frame of frames.toReversed()) stackNumber = this.#numbers.push(stackNumber, this.#numberOf(frame));
    let stack = this.#stacks.get(stackNumber);
    if (stack === undefined) this.#stacks.set(stackNumber, (stack = Object.freeze(frames)));
    return { frames: stack, indices, stackNumber };
  }

  #numberOf(frame: StackFrame): number {
    let number = this.#frameNumbers.get(frame);
    if (number === undefined) this.#frameNumbers.set(frame, (number = this.#frameNumbers.size + 1));
    return number;
  }
}
