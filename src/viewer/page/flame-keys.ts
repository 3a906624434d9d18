import type { FlameGraphNode } from 'd3-flame-graph';

/** Where an arrow key leads: along the calls up and down, to the sides among what one function calls. */
export function neighbourOf<Datum>(
  node: FlameGraphNode<Datum>,
  key: string,
  isIcicle: boolean,
): FlameGraphNode<Datum> | undefined {
  const siblings = node.parent?.children ?? [node];
  const at = siblings.indexOf(node);
  switch (key) {
    case 'ArrowLeft':
      return siblings[at - 1] ?? node;
    case 'ArrowRight':
      return siblings[at + 1] ?? node;
    case 'ArrowUp':
      return (isIcicle ? node.parent : node.children?.[0]) ?? node;
    case 'ArrowDown':
      return (isIcicle ? node.children?.[0] : node.parent) ?? node;
    default:
      return undefined;
  }
}
