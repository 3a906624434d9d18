import type { DatabaseSync } from 'node:sqlite';
import type { Selection } from './selection.ts';
import { selectionSql } from './selection-sql.ts';

/** Answers that are kept while the store does not change: a page asks for one selection in several ways. */
const MAX_REMEMBERED = 16;

interface Remembered {
  readonly changes: number;
  readonly sums: Map<string, ReadonlyMap<number, number>>;
}

const remembered = new WeakMap<DatabaseSync, Remembered>();

/** What a selection has of each stack: the dearest of all queries. */
export function stackSums(database: DatabaseSync, selection: Selection, type: string): ReadonlyMap<number, number> {
  const { sums } = rememberedOf(database);
  const key = JSON.stringify([type, selection]);
  let known = sums.get(key);
  if (known === undefined) {
    if (sums.size >= MAX_REMEMBERED) sums.clear();
    sums.set(key, (known = querySums(database, selection, type)));
  }
  return known;
}

function rememberedOf(database: DatabaseSync): Remembered {
  const changes = Number(database.prepare('select total_changes() as n').get()!.n);
  let known = remembered.get(database);
  if (known?.changes !== changes) remembered.set(database, (known = { changes, sums: new Map() }));
  return known;
}

function querySums(database: DatabaseSync, selection: Selection, type: string): Map<number, number> {
  const { tables, condition, source, parameters } = selectionSql(database, selection, type);
  const rows = database
    .prepare(
      `with recursive ${tables}
       select it.stack, sum(it.value * chosen.weight) as value from chosen join ${source} on it.profile = chosen.id
       where ${condition} group by it.stack`,
    )
    .all(parameters);
  return new Map(rows.map(({ stack, value }) => [Number(stack), Number(value)]));
}
