import { useEffect, useState } from 'preact/hooks';
import type { Overview, TimelineData } from '../page-data.ts';
import { useAnswer, useRevision } from './answers.ts';
import { CompareView } from './compare-view.tsx';
import { Empty } from './empty.tsx';
import { Filters } from './filters.tsx';
import { FlameView } from './flame-view.tsx';
import { FunctionsView } from './functions-view.tsx';
import { Header } from './header.tsx';
import { questionOf, useLocationState, type View } from './location-state.ts';
import { Tabs } from './tabs.tsx';
import { TasksView } from './tasks-view.tsx';
import { useTheme } from './theme.ts';
import { TimeChart } from './time-chart.tsx';
import { TimelinesView } from './timelines-view.tsx';
import { TraceView } from './trace-view.tsx';
import { TracesView } from './traces-view.tsx';
import type { ViewProps } from './view-props.ts';

const VIEW_COMPONENTS: Readonly<Record<View, (props: ViewProps) => preact.JSX.Element>> = {
  flame: FlameView,
  functions: FunctionsView,
  tasks: TasksView,
  traces: TracesView,
  compare: CompareView,
  timelines: TimelinesView,
};

export function App() {
  const [state, change] = useLocationState();
  const [isLive, setLive] = useState(true);
  const [isDark, toggleTheme] = useTheme();
  const [side, setSide] = useState<'range' | 'other'>('range');
  const [search, setSearch] = useState('');
  const [known, setKnown] = useState<number>();
  const { revision, isConnected } = useRevision(isLive, known);
  const overview = useAnswer<Overview>('overview', revision);
  useEffect(() => setKnown(overview.data?.revision), [overview.data]);
  // The whole time is in the chart: what is chosen of it is marked.
  const timeline = useAnswer<TimelineData>(`timeline?${questionOf({ ...state, range: {} }).toString()}`, revision);
  useEffect(() => setSearch(''), [state.texts.length]);
  const isEmpty = overview.data?.profiles === 0 && overview.data.traces === 0;
  const Shown = state.trace !== undefined && state.view === 'traces' ? TraceView : VIEW_COMPONENTS[state.view];
  const props: ViewProps = { state, change, revision, isDark, search, overview: overview.data, side, setSide };
  return (
    <>
      <Header {...{ state, change, overview: overview.data, isLive, setLive, isConnected, isDark, toggleTheme }} />
      {isEmpty ? (
        <Empty receivers={overview.data.receivers} />
      ) : (
        <main>
          <Filters {...{ state, change, search, setSearch }} />
          <TimeChart
            {...{
              state,
              change,
              isDark,
              side: state.view === 'compare' ? side : 'range',
              timeline,
              title: state.type ?? overview.data?.types[0]?.type ?? 'tasks',
            }}
          />
          <Tabs {...{ state, change, types: overview.data?.types ?? [] }} />
          <section class="view" id="view" role="tabpanel" aria-labelledby={`tab-${state.view}`}>
            <Shown {...props} />
          </section>
        </main>
      )}
    </>
  );
}
