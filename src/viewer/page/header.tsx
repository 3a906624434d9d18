import type { Overview } from '../page-data.ts';
import { bytesText, countText } from './format.ts';
import type { ChangeState, PageState } from './location-state.ts';

interface Props {
  readonly state: PageState;
  readonly change: ChangeState;
  readonly overview: Overview | null | undefined;
  readonly isLive: boolean;
  readonly setLive: (isLive: boolean) => void;
  readonly isConnected: boolean;
  readonly isDark: boolean;
  readonly toggleTheme: () => void;
}

export function Header({ state, change, overview, isLive, setLive, isConnected, isDark, toggleTheme }: Props) {
  const services = overview?.services ?? [];
  const types = (overview?.types ?? []).filter(({ type }) => type !== 'timeline');
  return (
    <header>
      <h1>
        <img src="/icon.svg" alt="" width="20" height="20" /> taskprof
      </h1>
      <label>
        <span>Service</span>
        <select value={state.service ?? ''} onChange={({ currentTarget: { value } }) => change({ service: value })}>
          <option value="">all</option>
          {services.map((service) => (
            <option value={service}>{service === '' ? '(no name)' : service}</option>
          ))}
        </select>
      </label>
      {types.length > 0 && (
        <label>
          <span>Measure</span>
          <select
            value={state.type ?? types[0]?.type}
            onChange={({ currentTarget: { value } }) => change({ type: value })}
          >
            {types.map(({ type, unit }) => (
              <option value={type}>{unit === 'count' || unit === '' ? type : `${type} (${unit})`}</option>
            ))}
          </select>
        </label>
      )}
      <span class="status" role="status">
        {isConnected
          ? overview &&
            `${countText(overview.profiles, 'profile')}, ${countText(overview.traces, 'trace')}, ${bytesText(overview.usedBytes)}`
          : 'The viewer has gone.'}
      </span>
      <button
        type="button"
        class={`live${isLive ? ' on' : ''}${isConnected ? '' : ' gone'}`}
        aria-pressed={isLive}
        onClick={() => setLive(!isLive)}
      >
        {isLive ? 'Live' : 'Paused'}
      </button>
      <button type="button" aria-label={isDark ? 'Light theme' : 'Dark theme'} onClick={toggleTheme}>
        {isDark ? '☀' : '☾'}
      </button>
    </header>
  );
}
