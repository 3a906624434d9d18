import type { FlameNode, FunctionRow } from './page-data.ts';
import { ROOT_STACK } from './schema.ts';
import type { StackNode } from './stack-frames.ts';

/** Smaller parts of the whole are not drawn: on a screen they would be less than a pixel wide. */
const MIN_SHARE = 1 / 2_000;
const MAX_NODES = 5_000;
/** The page draws what calls what by recursion. */
const MAX_DEPTH = 200;
const MAX_FUNCTIONS = 500;

interface Node {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly depth: number;
  readonly parent: Node | undefined;
  readonly children: Map<string, Node>;
  self: number;
  otherSelf: number;
  value: number;
  other: number;
}

/**
 * Stacks as a tree of functions from the outermost callers, with the values of one selection or of two. Positions within a function are
 * joined: where the calls were made tells the list of tasks.
 */
export class FlameTree {
  readonly #root = nodeOf({ name: 'all', file: '', line: 0 }, undefined);
  /** Parents ahead of their children. */
  readonly #nodes: Node[] = [];
  readonly #isDifference: boolean;

  /** `rows` has parents ahead of their children. */
  constructor(rows: readonly StackNode[], sums: ReadonlyMap<number, number>, others?: ReadonlyMap<number, number>) {
    this.#isDifference = others !== undefined;
    const byId = new Map<number, Node>([[ROOT_STACK, this.#root]]);
    this.#addSelf(this.#root, ROOT_STACK, sums, others);
    for (const row of rows) {
      const node = this.#child(byId.get(row.parent) ?? this.#root, row);
      byId.set(row.id, node);
      this.#addSelf(node, row.id, sums, others);
    }
    for (const node of this.#nodes.toReversed()) {
      node.value += node.self;
      node.other += node.otherSelf;
      node.parent!.value += node.value;
      node.parent!.other += node.other;
    }
    this.#root.value += this.#root.self;
    this.#root.other += this.#root.otherSelf;
  }

  get total(): number {
    return this.#root.value;
  }

  get otherTotal(): number {
    return this.#root.other;
  }

  /** The tree without what is too small to be seen, largest first. */
  pruned(): { root: FlameNode; hidden: number } {
    const size = (node: Node): number => Math.max(Math.abs(node.value), Math.abs(node.other));
    const least = MIN_SHARE * Math.max(Math.abs(this.total), Math.abs(this.otherTotal));
    const large = this.#nodes.filter((node) => size(node) >= least && node.depth <= MAX_DEPTH && size(node) > 0);
    const shown = new Set(
      large.length <= MAX_NODES
        ? large
        : large.toSorted((a, b) => size(b) - size(a) || a.depth - b.depth).slice(0, MAX_NODES),
    );
    const toFlame = (node: Node): FlameNode => ({
      name: node.name,
      file: node.file,
      line: node.line,
      value: node.value,
      ...(this.#isDifference && { other: node.other }),
      children: [...node.children.values()]
        .filter((child) => shown.has(child))
        .toSorted((a, b) => size(b) - size(a))
        .map(toFlame),
    });
    return { root: toFlame(this.#root), hidden: this.#nodes.length - shown.size };
  }

  /** Those with the most in all, or with the greatest difference. A function that calls itself counts once. */
  functions(): FunctionRow[] {
    const rows = new Map<
      string,
      { name: string; file: string; self: number; total: number; otherSelf: number; otherTotal: number }
    >();
    const keys = new Map<Node, string>();
    for (const node of this.#nodes) {
      const key = keyOf(node);
      keys.set(node, key);
      let row = rows.get(key);
      if (row === undefined) {
        const { name, file } = node;
        rows.set(key, (row = { name, file, self: 0, total: 0, otherSelf: 0, otherTotal: 0 }));
      }
      row.self += node.self;
      row.otherSelf += node.otherSelf;
      if (isBelow(node, key, keys)) continue;
      row.total += node.value;
      row.otherTotal += node.other;
    }
    const weight = (row: FunctionRow): number =>
      this.#isDifference ? Math.abs((row.otherTotal ?? 0) - row.total) : Math.abs(row.total);
    return [...rows.values()]
      .map(({ otherSelf, otherTotal, ...row }) => ({ ...row, ...(this.#isDifference && { otherSelf, otherTotal }) }))
      .toSorted((a, b) => weight(b) - weight(a) || Math.abs(b.self) - Math.abs(a.self))
      .slice(0, MAX_FUNCTIONS);
  }

  #child(parent: Node, row: StackNode): Node {
    const key = keyOf(row);
    let node = parent.children.get(key);
    if (node === undefined) {
      node = nodeOf(row, parent);
      parent.children.set(key, node);
      this.#nodes.push(node);
    }
    return node;
  }

  #addSelf(node: Node, id: number, sums: ReadonlyMap<number, number>, others?: ReadonlyMap<number, number>): void {
    node.self += sums.get(id) ?? 0;
    node.otherSelf += others?.get(id) ?? 0;
  }
}

function keyOf({ name, file }: { readonly name: string; readonly file: string }): string {
  return `${name}\n${file}`;
}

function nodeOf({ name, file, line }: Pick<StackNode, 'name' | 'file' | 'line'>, parent: Node | undefined): Node {
  const depth = parent === undefined ? 0 : parent.depth + 1;
  return { name, file, line, depth, parent, children: new Map(), self: 0, otherSelf: 0, value: 0, other: 0 };
}

/** Whether a caller of the node is the same function. */
function isBelow(node: Node, key: string, keys: ReadonlyMap<Node, string>): boolean {
  for (let caller = node.parent; caller?.parent; caller = caller.parent) if (keys.get(caller) === key) return true;
  return false;
}
