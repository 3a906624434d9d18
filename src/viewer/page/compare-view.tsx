import type { FlameData, Overview } from '../page-data.ts';
import { useAnswer } from './answers.ts';
import { FlameGraphView } from './flame-graph.tsx';
import { dateTimeText, timeText, valueText } from './format.ts';
import { FunctionTable } from './functions-view.tsx';
import { questionOf, type Range } from './location-state.ts';
import { Problem } from './problem.tsx';
import type { ViewProps } from './view-props.ts';

/** Two ranges, or two services, as a difference. Until others are chosen they are the first and the second half of the time. */
export function CompareView({ state, change, revision, isDark, search, overview, side, setSide }: ViewProps) {
  const { first, second } = rangesOf(state.range, state.other, state.other.service !== undefined, overview);
  const question = questionOf({ ...state, range: first });
  question.set('other.from', String(second.from ?? 0));
  question.set('other.to', String(second.to ?? Number.MAX_SAFE_INTEGER));
  const otherService = state.other.service ?? state.service;
  if (otherService !== undefined) question.set('other.service', otherService);
  for (const name of ['frame', 'text', 'label', 'trace'])
    for (const value of question.getAll(name)) question.append(`other.${name}`, value);
  const { data, error, isLoading } = useAnswer<FlameData>(
    overview ? `flame?${question.toString()}` : undefined,
    revision,
  );
  const choose = (frame: string): void => change((now) => ({ frames: [...new Set([...now.frames, frame])] }));
  const services = overview?.services ?? [];
  return (
    <>
      <div class="sides" role="group" aria-label="What the chart chooses">
        <Side
          name="A"
          isActive={side === 'range'}
          range={first}
          total={data && valueText(data.total, data.unit)}
          onActivate={() => setSide('range')}
        >
          <ServiceSelect value={state.service} services={services} onChange={(service) => change({ service })} />
        </Side>
        <Side
          name="B"
          isActive={side === 'other'}
          range={second}
          total={data && valueText(data.otherTotal ?? 0, data.unit)}
          onActivate={() => setSide('other')}
        >
          <ServiceSelect
            value={otherService}
            services={services}
            onChange={(service) => change(({ other }) => ({ other: { ...other, service } }))}
          />
        </Side>
      </div>
      {error ? (
        <Problem text={error} />
      ) : !data ? (
        <Problem text={isLoading ? 'Loading …' : 'There is no profile yet.'} />
      ) : data.stacks === 0 ? (
        <Problem text="Nothing fits the filters in these ranges." />
      ) : (
        <>
          <p class="note">
            Red is more in B, blue is less. Frames are as wide as both together.
            {data.otherScale !== undefined &&
              ` The profiles of B cover another length of time: its values are multiplied by ${data.otherScale.toPrecision(3)}, as if it were that of A.`}
          </p>
          <FlameGraphView
            root={data.root}
            unit={data.unit}
            isDark={isDark}
            isIcicle={state.layout === 'icicle'}
            isDifference
            search={search}
            onChoose={choose}
          />
          <FunctionTable data={data} search={search} onChoose={choose} />
        </>
      )}
    </>
  );
}

function rangesOf(
  range: Range,
  other: Range,
  isOtherService: boolean,
  overview: ViewProps['overview'],
): { first: Range; second: Range } {
  const { start = 0, end = 0 } = overview ?? {};
  const middle = Math.floor((start + end) / 2);
  const isChosen = range.from !== undefined || other.from !== undefined || isOtherService;
  if (!isChosen) return { first: { from: start, to: middle }, second: { from: middle + 1, to: end + 1 } };
  return { first: range, second: other.from === undefined && isOtherService ? range : other };
}

interface SideProps {
  readonly name: string;
  readonly isActive: boolean;
  readonly range: Range;
  readonly total: string | null | undefined;
  readonly onActivate: () => void;
  readonly children: preact.ComponentChildren;
}

function Side({ name, isActive, range: { from, to }, total, onActivate, children }: SideProps) {
  return (
    <div class={`side side${name}${isActive ? ' active' : ''}`}>
      <button type="button" aria-pressed={isActive} title="Then click or drag in the chart" onClick={onActivate}>
        {name}
      </button>
      <span>
        <b>{total}</b>{' '}
        {from === undefined || to === undefined ? 'all the time' : `${dateTimeText(from)} to ${timeText(to)}`}
      </span>
      {children}
    </div>
  );
}

interface SelectProps {
  readonly value: string | undefined;
  readonly services: Overview['services'];
  readonly onChange: (service: string) => void;
}

function ServiceSelect({ value, services, onChange }: SelectProps) {
  return (
    <select aria-label="Service" value={value ?? ''} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
      <option value="">all services</option>
      {services.map((service) => (
        <option value={service}>{service}</option>
      ))}
    </select>
  );
}
