import type { DatabaseSync } from 'node:sqlite';
import { FlameTree } from './flame-tree.ts';
import type { FlameData } from './page-data.ts';
import type { Selection } from './selection.ts';
import { isMeanType, selectionSql, typeOf } from './selection-sql.ts';
import type { StackNode } from './stack-frames.ts';
import { stackSums } from './stack-sums.ts';

/** The tree of the stacks of a selection, beside that of another where there is one, and the functions in it. */
export function flameOf(database: DatabaseSync, selection: Selection, other?: Selection): FlameData | undefined {
  const valueType = typeOf(database, selection);
  if (valueType === undefined) return undefined;
  const first = sumsOf(database, selection, valueType.type);
  const second = other && sumsOf(database, other, valueType.type);
  const stacks = new Set([...first.sums.keys(), ...(second?.sums.keys() ?? [])]);
  const tree = new FlameTree(nodesOf(database, stacks), first.sums, second?.sums);
  return {
    ...valueType,
    isMean: isMeanType(valueType.type),
    profiles: first.profiles + (second?.profiles ?? 0),
    stacks: stacks.size,
    total: tree.total,
    ...(second && { otherTotal: tree.otherTotal }),
    ...tree.pruned(),
    functions: tree.functions(),
  };
}

function sumsOf(
  database: DatabaseSync,
  selection: Selection,
  type: string,
): { sums: ReadonlyMap<number, number>; profiles: number } {
  const { profiles } = selectionSql(database, selection, type);
  const counted = database
    .prepare(`with recursive ${profiles.tables} select count(*) as n from chosen`)
    .get(profiles.parameters)!;
  return { sums: stackSums(database, selection, type), profiles: Number(counted.n) };
}

/** The stacks and all that they are called by. */
function nodesOf(database: DatabaseSync, stacks: ReadonlySet<number>): StackNode[] {
  const rows = database
    .prepare(
      `with recursive used (id) as (
         select value from json_each(?) union select stack.parent from stack join used using (id)
       )
       select stack.id, parent, function as name, file, line, "column"
       from used join stack using (id) join frame on frame.id = stack.frame order by stack.id`,
    )
    .all(JSON.stringify([...stacks]));
  return rows as unknown as StackNode[];
}
