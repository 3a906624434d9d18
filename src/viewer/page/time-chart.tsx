import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { TimelineData } from '../page-data.ts';
import type { Answer } from './answers.ts';
import { chartOptions, stacked } from './chart-options.ts';
import { OTHERS_COLOR, SERIES_COLORS } from './colors.ts';
import { dateTimeText, frameKey, nameText, ownerOf, stackTitle, timeText } from './format.ts';
import type { ChangeState, PageState, Range } from './location-state.ts';
import { useWidth } from './use-width.ts';

interface Props {
  readonly state: PageState;
  readonly change: ChangeState;
  readonly isDark: boolean;
  readonly side: 'range' | 'other';
  readonly timeline: Answer<TimelineData>;
  readonly title: string;
}

const HEIGHT = 150;

/** Values over time, stacked by the top stacks. A click chooses a moment, a drag a range; so do the arrow keys. */
export function TimeChart({ state, change, isDark, side, timeline: { data, isLoading }, title }: Props) {
  const [container, width] = useWidth<HTMLDivElement>();
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ state, side, data });
  latest.current = { state, side, data };
  const choose = (range: Range): void => {
    const { side: chosen, state: now } = latest.current;
    change(chosen === 'other' ? { other: { ...serviceOf(now), ...range } } : { range });
  };
  const hasData = data != null && data.times.length > 0;
  const unit = data?.unit ?? '';
  const seriesCount = data?.series.length ?? 0;

  useEffect(() => {
    if (!hasData || width === 0 || !container.current) return;
    const marks = (): { range: Range; color: string }[] => {
      const { state: now } = latest.current;
      const first = { range: now.range, color: 'rgb(59 130 160 / 25%)' };
      return now.view === 'compare' ? [first, { range: now.other, color: 'rgb(224 164 88 / 30%)' }] : [first];
    };
    const colors = colorsOf(data);
    const options = chartOptions({
      width,
      height: HEIGHT,
      unit,
      colors,
      isDark,
      marks,
      step: () => latest.current.data?.step ?? 1,
      choose,
    });
    plot.current = new uPlot(options, stacked(data), container.current);
    return () => plot.current?.destroy();
  }, [hasData, width, unit, isDark, seriesCount]);

  useEffect(() => {
    if (data && hasData) plot.current?.setData(stacked(data));
  }, [data]);
  useEffect(() => plot.current?.redraw(false), [state]);

  const range = side === 'other' ? state.other : state.range;
  return (
    <section class="chart" aria-label="Over time" aria-busy={isLoading}>
      <div class="chosen">
        <h2>{title} over time</h2>
        <span>{rangeText(range)}</span>
        {range.from !== undefined && (
          <button type="button" onClick={() => choose({})}>
            All
          </button>
        )}
      </div>
      <div
        class="plot"
        ref={container}
        tabIndex={0}
        role="slider"
        aria-label="Chosen time. Arrow keys choose a moment, with Shift a range; Escape chooses all."
        aria-valuetext={rangeText(range)}
        aria-valuenow={range.from ?? 0}
        onKeyDown={(event) => {
          if (!data || !hasData) return;
          const next = rangeAfterKey(event, range, data);
          if (next === undefined) return;
          event.preventDefault();
          choose(next);
        }}
      />
      {data && hasData && <Legend data={data} change={change} />}
    </section>
  );
}

function serviceOf({ other: { service } }: PageState): { service?: string } {
  return service === undefined ? {} : { service };
}

function colorsOf({ series }: TimelineData): string[] {
  return series.map(({ frames }, index) =>
    frames.length === 0 ? OTHERS_COLOR : SERIES_COLORS[index % SERIES_COLORS.length]!,
  );
}

function rangeText({ from, to }: Range): string {
  if (from === undefined || to === undefined) return 'all the time';
  return `${dateTimeText(from)} to ${timeText(to)}`;
}

/** One step to the left or right; with Shift the end moves alone. */
function rangeAfterKey(
  { key, shiftKey }: KeyboardEvent,
  { from, to }: Range,
  { times, step }: TimelineData,
): Range | undefined {
  if (key === 'Escape') return {};
  const by = { ArrowLeft: -step, ArrowRight: step }[key];
  const [first, last] = [times[0]!, times.at(-1)!];
  if (by === undefined) return undefined;
  const clamp = (time: number): number => Math.min(Math.max(time, first), last);
  if (from === undefined || to === undefined) return { from: last, to: last + step };
  if (shiftKey) return { from, to: Math.min(Math.max(to + by, from + step), last + step) };
  return { from: clamp(from + by), to: clamp(from + by) + step };
}

function Legend({ data, change }: { data: TimelineData; change: ChangeState }) {
  const colors = colorsOf(data);
  return (
    <ul class="legend">
      {data.series.map(({ frames }, index) => (
        <li>
          <Swatch color={colors[index]!} />
          {frames.length === 0 ? (
            <span>all others</span>
          ) : (
            <button
              type="button"
              title={frames.map(({ name }) => nameText(name)).join('\n')}
              onClick={() => {
                const own = frames.find(({ file }) => file !== '' && ownerOf(file) === '') ?? frames[0]!;
                const added = [...new Set([frames[0]!, own].map(frameKey))];
                change((state) => ({ frames: [...new Set([...state.frames, ...added])] }));
              }}
            >
              {stackTitle(frames)}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Inline styles in HTML are forbidden here; an attribute of SVG is none. */
function Swatch({ color }: { color: string }) {
  return (
    <svg width="10" height="10" aria-hidden="true">
      <rect width="10" height="10" rx="2" fill={color} />
    </svg>
  );
}
