// As far as it is used; the package has no types.
declare module 'd3-flame-graph' {
  import type { Selection } from 'd3-selection';

  export interface FlameGraphDatum {
    name: string;
    value: number;
    children: FlameGraphDatum[];
  }

  export interface FlameGraphNode<Datum> {
    readonly data: Datum;
    readonly depth: number;
    readonly x0: number;
    readonly x1: number;
    readonly parent: FlameGraphNode<Datum> | null;
    readonly children?: FlameGraphNode<Datum>[];
    readonly highlight?: boolean;
  }

  export interface FlameGraph<Datum> {
    (selection: Selection<HTMLElement, Datum, null, undefined>): FlameGraph<Datum>;
    width(width: number): this;
    cellHeight(height: number): this;
    minFrameSize(pixels: number): this;
    transitionDuration(millis: number): this;
    inverted(isInverted: boolean): this;
    sort(compare: (a: FlameGraphNode<Datum>, b: FlameGraphNode<Datum>) => number): this;
    onHover(handler: (node: FlameGraphNode<Datum>) => void): this;
    onClick(handler: (node: FlameGraphNode<Datum>) => void): this;
    setColorMapper(mapper: (node: FlameGraphNode<Datum>) => string): this;
    setLabelHandler(handler: (node: FlameGraphNode<Datum>) => string): this;
    setDetailsHandler(handler: (text: string | null) => void): this;
    setSearchMatch(match: (node: FlameGraphNode<Datum>, term: string) => boolean): this;
    setSearchHandler(handler: (results: FlameGraphNode<Datum>[], sum: number, total: number) => void): this;
    search(term: string): void;
    clear(): void;
    resetZoom(): void;
    zoomTo(node: FlameGraphNode<Datum>): void;
    destroy(): this;
  }

  export default function flamegraph<Datum extends FlameGraphDatum>(): FlameGraph<Datum>;
}
