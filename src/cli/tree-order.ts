import type { TaskTree, TreeNode } from './task-tree.ts';

/** `tasks`: most first. `oldest`: longest wait first. `name`: by the function's name. */
export const SORT_ORDERS = ['tasks', 'oldest', 'name'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

type Comparison = (a: TreeNode, b: TreeNode) => number;

const byValue: Comparison = (a, b) => b.value - a.value;
const byOldest: Comparison = (a, b) => (b.oldestWaitMillis ?? -1) - (a.oldestWaitMillis ?? -1);
// Not localeCompare: the order must be the same on every machine.
const byName: Comparison = ({ row: a }, { row: b }) => compare(a.name, b.name) || compare(a.key, b.key);

export const COMPARISONS: Readonly<Record<SortOrder, Comparison>> = {
  tasks: (a, b) => byValue(a, b) || byOldest(a, b) || byName(a, b),
  oldest: (a, b) => byOldest(a, b) || byValue(a, b) || byName(a, b),
  name: (a, b) => byName(a, b) || byValue(a, b),
};

/** The nodes on the way to the first `limit` ends in this order, and the ends that are not among them. */
export function limitTree(
  { ends }: TaskTree,
  order: SortOrder,
  limit: number,
): { readonly isShown: (node: TreeNode) => boolean; readonly rest: readonly TreeNode[] } {
  if (ends.length <= limit) return { isShown: () => true, rest: [] };
  const sorted = ends.toSorted(COMPARISONS[order]);
  const shown = new Set<TreeNode>();
  for (const end of sorted.slice(0, limit)) {
    for (let node: TreeNode | undefined = end; node && !shown.has(node); node = node.parent) shown.add(node);
  }
  return { isShown: (node) => shown.has(node), rest: sorted.slice(limit) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
