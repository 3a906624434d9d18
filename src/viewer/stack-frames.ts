import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FrameData } from './page-data.ts';
import { ROOT_STACK } from './schema.ts';

/** A row of the tree of stacks. */
export interface StackNode extends FrameData {
  readonly id: number;
  readonly parent: number;
}

/** Frames of stacks, leaf first, looked up as they are asked for. */
export class StackFrames {
  readonly #find: StatementSync;
  readonly #nodes = new Map<number, StackNode>();

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(
      'select stack.id, parent, function as name, file, line, "column" from stack join frame on frame.id = frame where stack.id = ?',
    );
  }

  of(stack: number): FrameData[] {
    const frames: FrameData[] = [];
    for (let id = stack; id !== ROOT_STACK;) {
      const node = this.node(id);
      if (node === undefined) break;
      const { name, file, line, column } = node;
      frames.push({ name, file, line, column });
      id = node.parent;
    }
    return frames;
  }

  node(id: number): StackNode | undefined {
    let node = this.#nodes.get(id);
    if (node === undefined) {
      node = this.#find.get(id) as unknown as StackNode | undefined;
      if (node !== undefined) this.#nodes.set(id, node);
    }
    return node;
  }
}

/** Stacks of an answer, each once. */
export class SharedStacks {
  readonly frames: FrameData[][] = [];
  readonly #frames: StackFrames;
  readonly #indices = new Map<number, number>();

  constructor(database: DatabaseSync) {
    this.#frames = new StackFrames(database);
  }

  indexOf(stack: number): number {
    let index = this.#indices.get(stack);
    if (index === undefined) this.#indices.set(stack, (index = this.frames.push(this.#frames.of(stack)) - 1));
    return index;
  }
}
