import { useEffect, useRef } from 'preact/hooks';
import type { ParkedData, SpanData, TraceData } from '../page-data.ts';
import { useAnswer } from './answers.ts';
import { dateTimeText, durationText, numberText, stackTitle } from './format.ts';
import { Labels } from './labels.tsx';
import type { ChangeState } from './location-state.ts';
import { Problem } from './problem.tsx';
import { StackList } from './stack-cell.tsx';
import type { ViewProps } from './view-props.ts';

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'];

/** A trace as a waterfall: spans, and in each of them the tasks that were parked in it. */
export function TraceView({ state, change, revision }: ViewProps) {
  const { data, error } = useAnswer<TraceData>(`trace?id=${state.trace ?? ''}`, revision);
  const back = (
    <button type="button" onClick={() => change({ trace: '', span: '' })}>
      ← Traces
    </button>
  );
  if (error)
    return (
      <>
        {back}
        <Problem text={error} />
      </>
    );
  if (!data || data.traceId !== state.trace) return <Problem text="Loading …" />;
  const length = Math.max(data.end - data.start, 1);
  return (
    <>
      <div class="bar">
        {back}
        <span>
          <b>{durationText(length)}</b> from {dateTimeText(data.start)}, {numberText(data.spans.length)} spans, trace{' '}
          <code>{data.traceId}</code>
        </span>
        <button type="button" onClick={() => change({ view: 'tasks', inTrace: data.traceId, trace: '', span: '' })}>
          Tasks of this trace
        </button>
      </div>
      <ol class="waterfall">
        {data.spans.map((span) => (
          <SpanRow {...{ span, trace: data, length, change }} isChosen={span.spanId === state.span} />
        ))}
      </ol>
      {data.hidden > 0 && <p class="note">{numberText(data.hidden)} further spans are not shown.</p>}
    </>
  );
}

interface RowProps {
  readonly span: TraceData['spans'][number];
  readonly trace: TraceData;
  readonly length: number;
  readonly isChosen: boolean;
  readonly change: ChangeState;
}

function SpanRow({ span, trace, length, isChosen, change }: RowProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'center' });
  }, [isChosen]);
  const name = span.hasEnded ? span.name : 'not ended';
  return (
    <li ref={row} class={isChosen ? 'selected' : ''}>
      <button
        type="button"
        class="span"
        aria-expanded={isChosen}
        onClick={() => change({ span: isChosen ? '' : span.spanId })}
      >
        <span
          class={`name depth${Math.min(span.depth, 8)}${span.hasEnded ? '' : ' open'}${span.status === 2 ? ' alert' : ''}`}
        >
          {name}
          <span class="place"> {span.service}</span>
        </span>
        <Bars {...{ span, start: trace.start, length }} />
        <span class="time">
          {span.hasEnded ? '' : '≥ '}
          {durationText(span.end - span.start)}
        </span>
      </button>
      {span.parked.length > 0 && !isChosen && (
        <p class="parked">
          {numberText(span.parked.length)} parked: {stackTitle(trace.stacks[span.parked[0]!.stack] ?? [])}
          {span.parked.length > 1 && ' …'}
        </p>
      )}
      {isChosen && <SpanDetails {...{ span, trace, change }} />}
    </li>
  );
}

/** The span, and below it each park. */
function Bars({ span, start, length }: { readonly span: SpanData; readonly start: number; readonly length: number }) {
  const x = (time: number): string => `${(100 * (time - start)) / length}%`;
  const width = (from: number, to: number): string => `${Math.max((100 * (to - from)) / length, 0.3)}%`;
  return (
    <svg class="bars" height="18" aria-hidden="true">
      <rect
        class={span.hasEnded ? 'bar' : 'bar open'}
        x={x(span.start)}
        y="3"
        width={width(span.start, span.end)}
        height="7"
        rx="2"
      />
      {span.parked.map((park) => (
        <rect class="park" x={x(park.start)} y="12" width={width(park.start, park.end)} height="4" rx="1" />
      ))}
      {span.events.map(({ time }) => (
        <rect class="event" x={x(time)} y="1" width="2" height="11" />
      ))}
    </svg>
  );
}

function SpanDetails({
  span,
  trace,
  change,
}: {
  readonly span: SpanData;
  readonly trace: TraceData;
  readonly change: ChangeState;
}) {
  const attributes = Object.entries(span.attributes);
  return (
    <div class="span-details">
      {!span.hasEnded && <p>It has not ended, or was not received: what is known of it is known from its tasks.</p>}
      {span.message !== '' && <p class="alert">{span.message}</p>}
      <h3>Parked in it</h3>
      {span.parked.length === 0 && <p>No task was seen parked in it.</p>}
      {span.parked.map((park) => (
        <Park {...{ park, trace, change }} />
      ))}
      <dl>
        <dt>span</dt>
        <dd>
          <code>{span.spanId}</code> {KINDS[span.kind] ?? ''}
        </dd>
        {attributes.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      {span.events.map(({ name, time, attributes: more }) => (
        <p>
          {durationText(time - span.start)} {name}{' '}
          {Object.entries(more)
            .map(([key, value]) => `${key}=${value}`)
            .join(' ')}
        </p>
      ))}
    </div>
  );
}

function Park({
  park,
  trace,
  change,
}: {
  readonly park: ParkedData;
  readonly trace: TraceData;
  readonly change: ChangeState;
}) {
  const frames = trace.stacks[park.stack] ?? [];
  return (
    <details class="stack" open>
      <summary>
        <b>{durationText(park.end - park.start)}</b> {stackTitle(frames)}
      </summary>
      <Labels labels={park.labels} change={change} />
      <StackList frames={frames} awaitIndex={park.awaitIndex} />
    </details>
  );
}
