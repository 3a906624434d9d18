import type { SpanReference } from '../base/types.ts';
import { type StackRow, stackRows } from './stack-rows.ts';
import type { TaskEntry } from './task-list.ts';

/** What tasks have in common that were called through the same rows. */
export interface TreeNode {
  readonly row: StackRow;
  readonly parent: TreeNode | undefined;
  readonly children: ReadonlyMap<string, TreeNode>;
  readonly value: number;
  readonly standardError: number;
  readonly oldestWaitMillis: number | undefined;
  /** Of the tasks whose stack ends here; undefined where none does. */
  readonly end: TreeEnd | undefined;
}

export interface TreeEnd {
  readonly value: number;
  /** Values by label, `tier=gold`. */
  readonly labels: ReadonlyMap<string, number>;
  /** The span where all have the same. */
  readonly span: SpanReference | undefined;
}

interface GrowingNode extends TreeNode {
  readonly children: Map<string, GrowingNode>;
  value: number;
  variance: number;
  oldestWaitMillis: number | undefined;
  end: GrowingEnd | undefined;
}

interface GrowingEnd {
  value: number;
  readonly labels: Map<string, number>;
  span: SpanReference | undefined;
}

export interface TaskTree {
  /** The outermost callers. */
  readonly roots: ReadonlyMap<string, TreeNode>;
  /** Where stacks end. */
  readonly ends: readonly TreeNode[];
}

/**
 * The tasks by callers. Each stack is one path from an outermost caller down, so the tree is at most as large as all stacks
 * together, whatever calls whatever.
 */
export function taskTree(entries: readonly TaskEntry[], allFrames: boolean): TaskTree {
  const roots = new Map<string, GrowingNode>();
  const ends: GrowingNode[] = [];
  for (const entry of entries) {
    let parent: GrowingNode | undefined;
    for (const row of stackRows(entry, allFrames)) {
      parent = childAt(parent?.children ?? roots, row, parent);
      addTo(parent, entry);
    }
    if (parent) endAt(parent, entry, ends);
  }
  return { roots, ends };
}

function childAt(nodes: Map<string, GrowingNode>, row: StackRow, parent: GrowingNode | undefined): GrowingNode {
  let node = nodes.get(row.key);
  if (node === undefined) nodes.set(row.key, (node = newNode(row, parent)));
  return node;
}

function newNode(row: StackRow, parent: GrowingNode | undefined): GrowingNode {
  return {
    row,
    parent,
    children: new Map(),
    value: 0,
    variance: 0,
    oldestWaitMillis: undefined,
    end: undefined,
    get standardError() {
      // Samples are estimates from independent draws: their variances add up.
      return Math.sqrt(this.variance);
    },
  };
}

function addTo(node: GrowingNode, { value, standardError, oldestWaitMillis }: TaskEntry): void {
  node.value += value;
  node.variance += standardError ** 2;
  if (oldestWaitMillis !== undefined) node.oldestWaitMillis = Math.max(node.oldestWaitMillis ?? 0, oldestWaitMillis);
}

function endAt(node: GrowingNode, { value, labels, span }: TaskEntry, ends: GrowingNode[]): void {
  if (node.end === undefined) {
    node.end = { value: 0, labels: new Map(), span };
    ends.push(node);
  }
  node.end.value += value;
  if (node.end.span?.spanId !== span?.spanId) node.end.span = undefined;
  for (const [name, label] of Object.entries(labels)) {
    const text = `${name}=${String(label)}`;
    node.end.labels.set(text, (node.end.labels.get(text) ?? 0) + value);
  }
}
