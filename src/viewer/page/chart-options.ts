import uPlot from 'uplot';
import type { TimelineData } from '../page-data.ts';
import { tickTexts, valueText } from './format.ts';
import type { Range } from './location-state.ts';

interface ChartSettings {
  readonly width: number;
  readonly height: number;
  readonly unit: string;
  readonly colors: readonly string[];
  readonly isDark: boolean;
  /** Parts of the time that are marked now. */
  readonly marks: () => readonly { range: Range; color: string }[];
  readonly step: () => number;
  readonly choose: (range: Range) => void;
}

/** Pixels that a drag has at least; less is a click. */
const MIN_DRAG = 6;
const MICROS = 1e6;

/** A series for each, drawn from the sum of all down, so that each covers what is above it. */
export function chartOptions({
  width,
  height,
  unit,
  colors,
  isDark,
  marks,
  step,
  choose,
}: ChartSettings): uPlot.Options {
  const ink = isDark ? '#9aa4ae' : '#5b6670';
  const grid = { stroke: isDark ? '#2c343c' : '#e6eaed', width: 1 };
  const font = '11px system-ui, sans-serif';
  return {
    ...{ width, height, legend: { show: false }, padding: [8, 8, 0, 0] },
    cursor: { y: false, drag: { x: true, y: false, setScale: false, dist: MIN_DRAG }, points: { show: false } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: { x: { time: true }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
    axes: [
      {
        stroke: ink,
        grid: { show: false },
        ticks: { show: false },
        font,
        size: 24,
        space: 90,
        values: (_, times) => tickTexts(times),
      },
      {
        stroke: ink,
        grid,
        ticks: { show: false },
        font,
        size: 56,
        values: (_, values) => values.map((value) => valueText(value, unit)),
      },
    ],
    series: [
      {},
      ...colors.toReversed().map((color) => ({
        stroke: color,
        fill: color,
        width: 0,
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
      })),
    ],
    hooks: {
      drawClear: [(plot) => drawMarks(plot, marks())],
      setSelect: [
        (plot) => {
          const { left, width: dragged } = plot.select;
          if (dragged < MIN_DRAG) return;
          choose(rangeOf(plot.posToVal(left, 'x'), plot.posToVal(left + dragged, 'x')));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      ready: [(plot) => onClick(plot, (seconds) => choose(momentOf(plot, seconds, step())))],
    },
  };
}

/** Each series with those before it, the last first; the last step ends where a further point stands. */
export function stacked({ times, step, series }: TimelineData): uPlot.AlignedData {
  const sums: number[] = times.map(() => 0);
  const layers = series.map(({ values }) => {
    values.forEach((value, at) => (sums[at]! += value ?? 0));
    const known = sums.map((sum, at) => (series.every((one) => one.values[at] === null) ? null : sum));
    return [...known, known.at(-1) ?? null];
  });
  return [[...times, times.at(-1)! + step].map((time) => time / MICROS), ...layers.toReversed()];
}

function rangeOf(from: number, to: number): Range {
  return { from: Math.floor(from * MICROS), to: Math.ceil(to * MICROS) };
}

/** The step that was clicked into. */
function momentOf({ data }: uPlot, seconds: number, step: number): Range {
  const times = Array.from(data[0]);
  const start = times.findLast((time) => time <= seconds) ?? times[0] ?? 0;
  const from = Math.round(Math.min(start, times.at(-2) ?? start) * MICROS);
  return { from, to: from + step };
}

function onClick(plot: uPlot, handle: (seconds: number) => void): void {
  let pressedAt = 0;
  plot.over.addEventListener('mousedown', ({ clientX }) => (pressedAt = clientX));
  plot.over.addEventListener('click', ({ clientX, offsetX }) => {
    if (Math.abs(clientX - pressedAt) < MIN_DRAG) handle(plot.posToVal(offsetX, 'x'));
  });
}

function drawMarks(plot: uPlot, marks: readonly { range: Range; color: string }[]): void {
  const { ctx, bbox } = plot;
  for (const { range, color } of marks) {
    if (range.from === undefined || range.to === undefined) continue;
    const left = Math.max(plot.valToPos(range.from / MICROS, 'x', true), bbox.left);
    const right = Math.min(Math.max(plot.valToPos(range.to / MICROS, 'x', true), left + 2), bbox.left + bbox.width);
    ctx.fillStyle = color;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
}
