import flamegraph, { type FlameGraph, type FlameGraphNode } from 'd3-flame-graph';
import { select } from 'd3-selection';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FlameNode } from '../page-data.ts';
import { differenceColor, frameColor, rootColor } from './colors.ts';
import { fileText, frameKey, nameText, placeText, shareText, valueText } from './format.ts';
import { neighbourOf } from './flame-keys.ts';
import { useWidth } from './use-width.ts';

interface Props {
  readonly root: FlameNode;
  readonly unit: string;
  readonly isDark: boolean;
  readonly isIcicle: boolean;
  readonly isDifference: boolean;
  readonly search: string;
  readonly onChoose: (frame: string) => void;
}

interface Datum {
  readonly frame: FlameNode;
  readonly name: string;
  readonly value: number;
  readonly children: Datum[];
}

type Node = FlameGraphNode<Datum>;

const ROW = 22;
const HIGHLIGHT = '#d6409f';

/**
 * A flame graph. A click filters by the function, a click with Alt or Shift zooms; with the keyboard arrows move, Enter filters, z zooms, Escape
 * zooms out.
 */
export function FlameGraphView({ root, unit, isDark, isIcicle, isDifference, search, onChoose }: Props) {
  const [container, width] = useWidth<HTMLDivElement>();
  const chart = useRef<FlameGraph<Datum>>(undefined);
  const [current, setCurrent] = useState<Node>();
  const [found, setFound] = useState('');
  const choose = useRef(onChoose);
  choose.current = onChoose;

  useEffect(() => {
    const element = container.current;
    if (!element || width === 0) return;
    const graph = flamegraph<Datum>()
      .width(width)
      .cellHeight(ROW)
      .minFrameSize(1)
      .transitionDuration(matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150)
      .inverted(isIcicle)
      .sort((a, b) => b.data.value - a.data.value)
      .onHover(setCurrent)
      .setLabelHandler((node) => detailText(node, unit, isDifference))
      .setDetailsHandler(() => undefined)
      .setSearchMatch(({ data: { frame } }, term) =>
        `${frame.name} ${frame.file}`.toLowerCase().includes(term.toLowerCase()),
      )
      .setSearchHandler((_, sum, total) => setFound(`${shareText(sum, total) || '0 %'} found`))
      .setColorMapper((node) => {
        const { frame } = node.data;
        if (node.highlight) return HIGHLIGHT;
        if (node.depth === 0) return rootColor(isDark);
        return isDifference
          ? differenceColor(frame.value, frame.other ?? 0, isDark)
          : frameColor(frame.name, frame.file, isDark);
      });
    chart.current = graph;
    setCurrent(undefined);
    select<HTMLElement, unknown>(element).datum(datumOf(root)).call(graph);
    return () => void graph.destroy();
  }, [root, width, isDark, isIcicle, isDifference, unit]);

  useEffect(() => {
    setFound('');
    if (search === '') chart.current?.clear();
    else chart.current?.search(search);
  }, [search, root, width, isDark, isIcicle]);

  // Which frame the keyboard is at.
  useEffect(() => {
    if (container.current)
      select(container.current)
        .selectAll('g')
        .classed('current', (node) => node === current);
  }, [current]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = current ?? rootNode(container.current);
    if (at === undefined) return;
    const next = neighbourOf(at, event.key, isIcicle);
    if (next !== undefined) setCurrent(next);
    else if (event.key === 'Enter') chooseNode(at);
    else if (event.key === 'z') chart.current?.zoomTo(at);
    else if (event.key === 'Escape') chart.current?.resetZoom();
    else return;
    event.preventDefault();
  };
  const chooseNode = ({ depth, data: { frame } }: Node): void => {
    if (depth > 0) choose.current(frameKey(frame));
  };
  // Ahead of the library, which zooms.
  const onClickCapture = (event: MouseEvent): void => {
    const group = (event.target as Element).closest('g');
    if (group === null || event.altKey || event.shiftKey) return;
    event.stopPropagation();
    const node = select<Element, Node>(group).datum();
    if (node.depth === 0) chart.current?.resetZoom();
    else chooseNode(node);
  };
  return (
    <>
      <div
        class={isDifference ? 'flame difference' : 'flame'}
        ref={container}
        tabIndex={0}
        role="application"
        aria-label="Flame graph. Arrow keys move, Enter filters by the function, z zooms, Escape zooms out."
        aria-describedby="flame-details"
        onKeyDown={onKeyDown}
        onClickCapture={onClickCapture}
      />
      <p class="details" id="flame-details" aria-live="polite">
        {current ? detailText(current, unit, isDifference) : found === '' ? 'Click filters, Shift-click zooms.' : found}
        {current && <span class="place"> {placeText(current.data.frame)}</span>}
      </p>
    </>
  );
}

/** The values that are drawn: of a difference both sides together, so that what is in one only can be seen. */
function datumOf(frame: FlameNode): Datum {
  const value = Math.max(0, frame.value) + Math.max(0, frame.other ?? 0);
  return { frame, name: nameText(frame.name), value, children: frame.children.map(datumOf) };
}

function detailText({ data: { frame }, parent }: Node, unit: string, isDifference: boolean): string {
  const name = parent === null ? 'All' : nameText(frame.name);
  if (isDifference) {
    const other = frame.other ?? 0;
    return `${name}: ${valueText(frame.value, unit)} → ${valueText(other, unit)} (${other >= frame.value ? '+' : '−'}${valueText(Math.abs(other - frame.value), unit)})`;
  }
  let root: Node | null = parent;
  while (root?.parent) root = root.parent;
  const share = root === null ? '' : `, ${shareText(frame.value, root.data.frame.value)}`;
  return `${name}: ${valueText(frame.value, unit)}${share}${frame.file === '' ? '' : ` (${fileText(frame.file)})`}`;
}

function rootNode(element: HTMLElement | null): Node | undefined {
  const group = element?.querySelector('g');
  return group ? select<Element, Node>(group).datum() : undefined;
}
