import type { TraceRow, TracesData } from '../page-data.ts';
import { useAnswer } from './answers.ts';
import { type Column, DataTable } from './data-table.tsx';
import { dateTimeText, durationText, numberText } from './format.ts';
import { questionOf } from './location-state.ts';
import { Problem } from './problem.tsx';
import type { ViewProps } from './view-props.ts';

export function TracesView({ state, change, revision }: ViewProps) {
  const sort = { by: state.sort ?? 'start', isAscending: state.isAscending };
  const question = questionOf(state);
  question.delete('type');
  question.set('sort', sort.by);
  question.set('direction', sort.isAscending ? 'ascending' : 'descending');
  const { data, error } = useAnswer<TracesData>(`traces?${question.toString()}`, revision);
  if (error) return <Problem text={error} />;
  if (!data) return <Problem text="Loading …" />;
  const key = (): number => 0;
  const columns: readonly Column<TraceRow>[] = [
    {
      id: 'root',
      title: 'Trace',
      render: ({ traceId, root, isOpen }) => (
        <button
          type="button"
          class="link"
          title={`Trace ${traceId}`}
          onClick={() => change({ trace: traceId, span: '' })}
        >
          {root === '' ? <i>{isOpen ? 'not ended' : 'root not received'}</i> : root}{' '}
          <span class="place">{traceId.slice(0, 8)}</span>
        </button>
      ),
      key,
    },
    { id: 'service', title: 'Service', render: ({ service }) => service },
    { id: 'start', title: 'Start', render: ({ start }) => dateTimeText(start), key, isNumber: true },
    {
      id: 'duration',
      title: 'Duration',
      render: ({ duration, isOpen }) => `${isOpen ? '≥ ' : ''}${durationText(duration)}`,
      key,
      isNumber: true,
    },
    {
      id: 'spans',
      title: 'Spans',
      render: ({ spans, errors }) => <SpanCount {...{ spans, errors }} />,
      key,
      isNumber: true,
    },
    {
      id: 'tasks',
      title: 'Parked',
      render: ({ tasks }) => (tasks === 0 ? '' : numberText(tasks)),
      key,
      isNumber: true,
    },
  ];
  return (
    <>
      <div class="bar">
        <span>
          <b>{numberText(data.count)}</b> traces
          {data.count > data.rows.length && `, the first ${numberText(data.rows.length)}`}
        </span>
      </div>
      <DataTable
        label="Traces"
        {...{ columns, rows: data.rows, sort }}
        setSort={({ by, isAscending }) => change({ sort: by, isAscending })}
      />
    </>
  );
}

function SpanCount({ spans, errors }: Pick<TraceRow, 'spans' | 'errors'>) {
  return (
    <>
      {spans}
      {errors > 0 && <span class="alert"> {errors} failed</span>}
    </>
  );
}
