const NO_NODE = 0;
const INITIAL_CAPACITY = 1_024;

/**
 * Interns stacks as nodes of a trie that grows from the outermost caller to the leaf, so that a stack is one number, stacks
 * share their callers, and "this stack ends with that one" is "that node is an ancestor of this one". Three words a node and
 * two for the open-addressing index (Knuth, TAOCP 3, 6.4, algorithm L) keep it at 20 to 40 bytes a node, allocation-free but
 * for doubling; Maps with composite keys took 90.
 */
export class StackTable {
  #parents = new Int32Array(INITIAL_CAPACITY);
  #frames = new Int32Array(INITIAL_CAPACITY);
  #depths = new Int32Array(INITIAL_CAPACITY);
  #index = new Int32Array(INITIAL_CAPACITY * 2);
  #size = 1;

  /** Number of nodes; the root, the empty stack, is node 0. */
  get size(): number {
    return this.#size;
  }

  /** The stack `parent` with one more frame on top. */
  push(parent: number, frame: number): number {
    const mask = this.#index.length - 1;
    let at = hash(parent, frame) & mask;
    for (let node = this.#index[at]; node !== NO_NODE && node !== undefined; node = this.#index[at]) {
      if (this.#parents[node] === parent && this.#frames[node] === frame) return node;
      at = (at + 1) & mask;
    }
    return this.#add(parent, frame, at);
  }

  frameOf(node: number): number {
    return this.#frames[node] ?? 0;
  }

  parentOf(node: number): number {
    return this.#parents[node] ?? NO_NODE;
  }

  depthOf(node: number): number {
    return this.#depths[node] ?? 0;
  }

  /** The stack of the outermost `depth` frames of `node`; the node itself where it is not deeper. */
  outermost(node: number, depth: number): number {
    let at = node;
    while (this.depthOf(at) > depth) at = this.parentOf(at);
    return at;
  }

  /** Whether `node` is `end` with at least one frame on top. */
  extends(node: number, end: number): boolean {
    const depth = this.depthOf(end);
    return this.depthOf(node) > depth && this.outermost(node, depth) === end;
  }

  /** Frame numbers of a stack, leaf first. */
  framesOf(node: number): number[] {
    const frames: number[] = [];
    for (let at = node; at !== NO_NODE; at = this.parentOf(at)) frames.push(this.frameOf(at));
    return frames;
  }

  /** Forgets every stack but `kept`; gives their new numbers in the same order. */
  compact(kept: readonly number[]): number[] {
    const old = { parents: this.#parents, frames: this.#frames };
    this.#reset();
    const renamed = new Map<number, number>([[NO_NODE, NO_NODE]]);
    const rename = (node: number): number => {
      const path: number[] = [];
      let at = node;
      for (; !renamed.has(at); at = old.parents[at] ?? NO_NODE) path.push(at);
      let made = renamed.get(at) ?? NO_NODE;
      for (const inner of path.reverse()) renamed.set(inner, (made = this.push(made, old.frames[inner] ?? 0)));
      return made;
    };
    return kept.map(rename);
  }

  #reset(): void {
    this.#parents = new Int32Array(INITIAL_CAPACITY);
    this.#frames = new Int32Array(INITIAL_CAPACITY);
    this.#depths = new Int32Array(INITIAL_CAPACITY);
    this.#index = new Int32Array(INITIAL_CAPACITY * 2);
    this.#size = 1;
  }

  #add(parent: number, frame: number, at: number): number {
    const node = this.#size++;
    this.#parents[node] = parent;
    this.#frames[node] = frame;
    this.#depths[node] = this.depthOf(parent) + 1;
    this.#index[at] = node;
    if (this.#size === this.#parents.length) this.#grow();
    return node;
  }

  #grow(): void {
    const capacity = this.#parents.length * 2;
    this.#parents = widened(this.#parents, capacity);
    this.#frames = widened(this.#frames, capacity);
    this.#depths = widened(this.#depths, capacity);
    const index = new Int32Array(capacity * 2);
    const mask = index.length - 1;
    for (let node = 1; node < this.#size; node++) {
      let at = hash(this.parentOf(node), this.frameOf(node)) & mask;
      while (index[at] !== NO_NODE) at = (at + 1) & mask;
      index[at] = node;
    }
    this.#index = index;
  }
}

function widened(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(capacity);
  wide.set(array);
  return wide;
}

/** Two multiplications by odd constants and a fold of the high bits, which a mask would drop. */
function hash(parent: number, frame: number): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(frame, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
