import type { Overview } from '../page-data.ts';
import type { ChangeState, PageState, View } from './location-state.ts';

const TITLES: Readonly<Record<View, string>> = {
  flame: 'Flame graph',
  functions: 'Functions',
  tasks: 'Tasks',
  traces: 'Traces',
  compare: 'Compare',
  timelines: 'Timelines',
};

interface Props {
  readonly state: PageState;
  readonly change: ChangeState;
  readonly types: Overview['types'];
}

export function Tabs({ state, change, types }: Props) {
  const hasTimelines = state.view === 'timelines' || types.some(({ type }) => type === 'timeline');
  const views = (Object.keys(TITLES) as View[]).filter((view) => view !== 'timelines' || hasTimelines);
  const show = (view: View): void => change({ view, trace: '', span: '', sort: '', isAscending: false });
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = views[(views.indexOf(state.view) + step + views.length) % views.length]!;
    show(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" onKeyDown={onKeyDown}>
      {views.map((view) => (
        <button
          type="button"
          role="tab"
          id={`tab-${view}`}
          aria-controls="view"
          aria-selected={view === state.view}
          tabIndex={view === state.view ? 0 : -1}
          onClick={() => show(view)}
        >
          {TITLES[view]}
        </button>
      ))}
    </div>
  );
}
