import type { TaskRow, TasksData } from '../page-data.ts';
import { useAnswer } from './answers.ts';
import { type Column, DataTable } from './data-table.tsx';
import { dateTimeText, durationText, numberText, valueText } from './format.ts';
import { Labels } from './labels.tsx';
import { questionOf } from './location-state.ts';
import { Problem } from './problem.tsx';
import { StackCell } from './stack-cell.tsx';
import type { ViewProps } from './view-props.ts';

export function TasksView({ state, change, revision }: ViewProps) {
  const sort = { by: state.sort ?? 'wait', isAscending: state.isAscending };
  const question = questionOf(state);
  question.set('sort', sort.by);
  question.set('direction', sort.isAscending ? 'ascending' : 'descending');
  const { data, error, isLoading } = useAnswer<TasksData>(`tasks?${question.toString()}`, revision);
  if (error) return <Problem text={error} />;
  if (!data) return <Problem text={isLoading ? 'Loading …' : 'There is no profile yet.'} />;
  const key = (): number => 0;
  const columns: readonly Column<TaskRow>[] = [
    {
      id: 'state',
      title: 'State',
      render: ({ state: text }) => <span class={`state ${text === 'parked' ? '' : 'alert'}`}>{text}</span>,
      key,
    },
    { id: 'tasks', title: 'Tasks', render: (row) => <Amount row={row} unit={data.unit} />, key, isNumber: true },
    {
      id: 'wait',
      title: 'Oldest',
      render: ({ wait }) => (wait === undefined ? '' : durationText(wait)),
      key,
      isNumber: true,
    },
    {
      id: 'stack',
      title: 'Stack',
      render: ({ stack, awaitIndex }) => <StackCell frames={data.stacks[stack] ?? []} awaitIndex={awaitIndex} />,
      key,
    },
    { id: 'labels', title: 'Labels', render: ({ labels }) => <Labels labels={labels} change={change} />, key },
    { id: 'service', title: 'Service', render: ({ service }) => service, key },
    {
      id: 'trace',
      title: 'Trace',
      render: ({ traceId, spanId, spanName }) =>
        traceId !== undefined && (
          <button
            type="button"
            class="link"
            title={`Trace ${traceId}`}
            onClick={() => change({ view: 'traces', trace: traceId, span: spanId ?? '', sort: '' })}
          >
            {spanName ?? 'not ended'}
          </button>
        ),
      key,
    },
  ];
  return (
    <>
      <div class="bar">
        <span>
          <b>{valueText(data.total, data.unit)}</b> as seen last, {dateTimeText(data.time)}
          {data.rowCount > data.rows.length &&
            `; the first ${numberText(data.rows.length)} of ${numberText(data.rowCount)} rows`}
        </span>
      </div>
      <DataTable
        label="Tasks"
        {...{ columns, rows: data.rows, sort }}
        setSort={({ by, isAscending }) => change({ sort: by, isAscending })}
      />
    </>
  );
}

function Amount({ row: { tasks, standardError }, unit }: { readonly row: TaskRow; readonly unit: string }) {
  return (
    <>
      {valueText(tasks, unit)}
      {standardError > tasks / 10 && <span class="place"> ±{valueText(standardError, unit)}</span>}
    </>
  );
}
