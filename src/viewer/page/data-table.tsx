import type { ComponentChild } from 'preact';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly render: (row: Row) => ComponentChild;
  /** What rows are ordered by; without it they can't be by this column. */
  readonly key?: (row: Row) => string | number;
  readonly isNumber?: boolean;
}

export interface Sort {
  readonly by: string;
  readonly isAscending: boolean;
}

interface Props<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly sort: Sort;
  readonly setSort: (sort: Sort) => void;
}

/** A table that its heads order: once by the column, once more the other way round. */
export function DataTable<Row>({ label, columns, rows, sort, setSort }: Props<Row>) {
  const toggle = ({ id, isNumber }: Column<Row>): void => {
    setSort({ by: id, isAscending: sort.by === id ? !sort.isAscending : isNumber !== true });
  };
  return (
    <div class="scroll">
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" class={column.isNumber ? 'number' : ''} aria-sort={ariaSort(column, sort)}>
                {column.key ? (
                  <button type="button" onClick={() => toggle(column)}>
                    {column.title}
                    {column.id === sort.by ? (sort.isAscending ? ' ▲' : ' ▼') : ''}
                  </button>
                ) : (
                  column.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map((column) => (
                <td class={column.isNumber ? 'number' : ''} data-title={column.title}>
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="problem">Nothing fits the filters in this range.</p>}
    </div>
  );
}

function ariaSort<Row>({ id }: Column<Row>, { by, isAscending }: Sort): 'ascending' | 'descending' | 'none' {
  return id === by ? (isAscending ? 'ascending' : 'descending') : 'none';
}
