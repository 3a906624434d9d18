import type { FlameData } from '../page-data.ts';
import { useAnswer } from './answers.ts';
import { FlameGraphView } from './flame-graph.tsx';
import { countText, valueText } from './format.ts';
import { questionOf } from './location-state.ts';
import { Problem } from './problem.tsx';
import type { ViewProps } from './view-props.ts';

export function FlameView({ state, change, revision, isDark, search }: ViewProps) {
  const { data, error, isLoading } = useAnswer<FlameData>(`flame?${questionOf(state).toString()}`, revision);
  if (error) return <Problem text={error} />;
  if (!data) return <Problem text={isLoading ? 'Loading …' : 'There is no profile yet.'} />;
  return (
    <>
      <div class="bar">
        <span>
          <b>{valueText(data.total, data.unit)}</b> {data.type}
          {data.isMean && data.profiles > 1 ? ' on average' : ''}, {countText(data.stacks, 'stack')} of{' '}
          {countText(data.profiles, 'profile')}
        </span>
        <span class="choice" role="group" aria-label="Layout">
          {(['icicle', 'flame'] as const).map((layout) => (
            <button type="button" aria-pressed={state.layout === layout} onClick={() => change({ layout })}>
              {layout === 'icicle' ? 'Icicle' : 'Flame'}
            </button>
          ))}
        </span>
      </div>
      {data.stacks === 0 ? (
        <Problem text="Nothing fits the filters in this range." />
      ) : (
        <FlameGraphView
          root={data.root}
          unit={data.unit}
          isDark={isDark}
          isIcicle={state.layout === 'icicle'}
          isDifference={false}
          search={search}
          onChoose={(frame) => change((now) => ({ frames: [...new Set([...now.frames, frame])] }))}
        />
      )}
      {data.hidden > 0 && (
        <p class="note">Too small to be drawn: {countText(data.hidden, 'frame')}; a filter shows more.</p>
      )}
    </>
  );
}
