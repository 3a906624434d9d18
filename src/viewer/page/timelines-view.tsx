import { useState } from 'preact/hooks';
import type { TimelinesData, TimelineSlice, TimelineTrack } from '../page-data.ts';
import { useAnswer } from './answers.ts';
import { durationText, numberText, stackTitle } from './format.ts';
import { questionOf } from './location-state.ts';
import { Problem } from './problem.tsx';
import { StackList } from './stack-cell.tsx';
import type { ViewProps } from './view-props.ts';

const MAX_TRACKS = 200;

/** Followed tasks, each a track: when it waited and where, when it ran. */
export function TimelinesView({ state, change, revision }: ViewProps) {
  const { data, error } = useAnswer<TimelinesData>(`timelines?${questionOf(state).toString()}`, revision);
  const [chosen, setChosen] = useState<TimelineSlice>();
  if (error) return <Problem text={error} />;
  if (!data) return <Problem text="Loading …" />;
  if (data.tracks.length === 0) return <Problem text="No task was followed in this range." />;
  const length = Math.max(data.end - data.start, 1);
  const tracks = data.tracks.slice(0, MAX_TRACKS);
  return (
    <>
      <div class="bar">
        <span>
          <b>{numberText(data.tracks.length)}</b> tasks over {durationText(length)}
          {data.hidden > 0 && `; ${numberText(data.hidden)} slices are not shown, choose a shorter range`}
        </span>
      </div>
      <ol class="waterfall">
        {tracks.map((track) => (
          <Track {...{ track, data, length, chosen, setChosen }} />
        ))}
      </ol>
      {chosen && (
        <div class="span-details">
          <p>
            <b>{durationText(chosen.duration)}</b> {chosen.state}, from {durationText(chosen.start - data.start)} on{' '}
            {chosen.traceId !== undefined && (
              <button
                type="button"
                class="link"
                onClick={() => change({ view: 'traces', trace: chosen.traceId ?? '' })}
              >
                Trace
              </button>
            )}
          </p>
          <StackList frames={data.stacks[chosen.stack] ?? []} awaitIndex={chosen.awaitIndex} />
        </div>
      )}
    </>
  );
}

interface TrackProps {
  readonly track: TimelineTrack;
  readonly data: TimelinesData;
  readonly length: number;
  readonly chosen: TimelineSlice | undefined;
  readonly setChosen: (slice: TimelineSlice) => void;
}

function Track({ track, data, length, chosen, setChosen }: TrackProps) {
  const longest = track.slices.reduce(
    (most, slice) => (slice.duration > most.duration ? slice : most),
    track.slices[0]!,
  );
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = chosen === undefined ? -1 : track.slices.indexOf(chosen);
    setChosen(track.slices[Math.min(Math.max(at + by, 0), track.slices.length - 1)]!);
  };
  return (
    <li>
      <div
        class="span"
        role="group"
        aria-label={`Task ${track.task}. Arrow keys go from slice to slice.`}
        tabIndex={0}
        onKeyDown={step}
      >
        <span class="name">
          {stackTitle(data.stacks[longest.stack] ?? [])} <span class="place">{track.task}</span>
        </span>
        <svg class="bars" height="18">
          {track.slices.map((slice) => (
            <rect
              class={`slice ${slice.state === 'running' ? 'running' : 'waiting'}${slice === chosen ? ' chosen' : ''}`}
              x={`${(100 * (slice.start - data.start)) / length}%`}
              y="3"
              width={`${Math.max((100 * slice.duration) / length, 0.15)}%`}
              height="12"
              onClick={() => setChosen(slice)}
            >
              <title>{`${stackTitle(data.stacks[slice.stack] ?? [])}: ${durationText(slice.duration)} ${slice.state}`}</title>
            </rect>
          ))}
        </svg>
        <span class="time">{durationText(track.slices.reduce((sum, { duration }) => sum + duration, 0))}</span>
      </div>
    </li>
  );
}
