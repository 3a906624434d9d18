import { useState } from 'preact/hooks';
import type { FlameData, FunctionRow } from '../page-data.ts';
import { useAnswer } from './answers.ts';
import { type Column, DataTable } from './data-table.tsx';
import { fileText, frameKey, nameText, shareText, valueText } from './format.ts';
import { questionOf } from './location-state.ts';
import { Problem } from './problem.tsx';
import type { ViewProps } from './view-props.ts';

export function FunctionsView({ state, change, revision, search }: ViewProps) {
  const { data, error, isLoading } = useAnswer<FlameData>(`flame?${questionOf(state).toString()}`, revision);
  if (error) return <Problem text={error} />;
  if (!data) return <Problem text={isLoading ? 'Loading …' : 'There is no profile yet.'} />;
  return (
    <FunctionTable
      data={data}
      search={search}
      onChoose={(frame) => change((now) => ({ frames: [...new Set([...now.frames, frame])] }))}
    />
  );
}

interface Props {
  readonly data: FlameData;
  readonly search: string;
  readonly onChoose: (frame: string) => void;
}

/** Functions with what is in them alone and in all that they call; of two selections with the difference. */
export function FunctionTable({ data, search, onChoose }: Props) {
  const isDifference = data.otherTotal !== undefined;
  const [sort, setSort] = useState({ by: isDifference ? 'change' : 'total', isAscending: false });
  const value = (amount: number): string => valueText(amount, data.unit);
  const change = ({ total, otherTotal = 0 }: FunctionRow): number => otherTotal - total;
  const name: Column<FunctionRow> = {
    id: 'name',
    title: 'Function',
    render: (row) => (
      <button type="button" class="link" onClick={() => onChoose(frameKey(row))}>
        {nameText(row.name)}
        <span class="place"> {fileText(row.file)}</span>
      </button>
    ),
    key: (row) => row.name.toLowerCase(),
  };
  const columns: readonly Column<FunctionRow>[] = isDifference
    ? [
        {
          id: 'change',
          title: 'Change',
          render: (row) => <Change by={change(row)} text={value} />,
          key: (row) => Math.abs(change(row)),
          isNumber: true,
        },
        { id: 'total', title: 'A', render: ({ total }) => value(total), key: ({ total }) => total, isNumber: true },
        {
          id: 'other',
          title: 'B',
          render: ({ otherTotal = 0 }) => value(otherTotal),
          key: ({ otherTotal = 0 }) => otherTotal,
          isNumber: true,
        },
        name,
      ]
    : [
        { id: 'total', title: 'Total', render: ({ total }) => value(total), key: ({ total }) => total, isNumber: true },
        {
          id: 'share',
          title: 'Share',
          render: ({ total }) => shareText(total, data.total),
          key: ({ total }) => total,
          isNumber: true,
        },
        { id: 'self', title: 'Self', render: ({ self }) => value(self), key: ({ self }) => self, isNumber: true },
        name,
      ];
  const found = search.toLowerCase();
  const rows = data.functions.filter((row) => `${row.name} ${row.file}`.toLowerCase().includes(found));
  const key = columns.find(({ id }) => id === sort.by)?.key ?? ((row: FunctionRow) => row.total);
  const compare = (a: FunctionRow, b: FunctionRow): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  const sorted = rows.toSorted((a, b) => (sort.isAscending ? compare(a, b) : compare(b, a)));
  return <DataTable label="Functions" {...{ columns, rows: sorted, sort, setSort }} />;
}

function Change({ by, text }: { readonly by: number; readonly text: (amount: number) => string }) {
  return (
    <span
      class={by > 0 ? 'more' : by < 0 ? 'less' : ''}
    >{`${by > 0 ? '+' : by < 0 ? '−' : ''}${text(Math.abs(by))}`}</span>
  );
}
