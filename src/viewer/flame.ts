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
  const scale = second === undefined || isMeanType(valueType.type) ? 1 : scaleOf(first.time, second.time);
  const stacks = new Set([...first.sums.keys(), ...(second?.sums.keys() ?? [])]);
  const tree = new FlameTree(nodesOf(database, stacks), first.sums, second && scaled(second.sums, scale));
  return {
    ...valueType,
    isMean: isMeanType(valueType.type),
    profiles: first.profiles + (second?.profiles ?? 0),
    stacks: stacks.size,
    total: tree.total,
    ...(second && { otherTotal: tree.otherTotal }),
    ...(scale !== 1 && { otherScale: scale }),
    ...tree.pruned(),
    functions: tree.functions(),
  };
}

interface Sums {
  readonly sums: ReadonlyMap<number, number>;
  readonly profiles: number;
  /** That is covered by them, in microseconds. */
  readonly time: number;
}

function sumsOf(database: DatabaseSync, selection: Selection, type: string): Sums {
  const { profiles } = selectionSql(database, selection, type);
  const rows = database
    .prepare(
      `with recursive ${profiles.tables} select start, end, count(*) as n from chosen group by start, end order by start`,
    )
    .all(profiles.parameters) as unknown as { start: number; end: number; n: number }[];
  let [time, until] = [0, 0];
  for (const { start, end } of rows) {
    time += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return {
    sums: stackSums(database, selection, type),
    profiles: rows.reduce((sum, { n }) => sum + n, 0),
    time,
  };
}

/** Less is as intervals of exporters differ. */
const LEAST_DIFFERENCE = 0.02;

function scaleOf(time: number, otherTime: number): number {
  const scale = time / otherTime;
  return time > 0 && otherTime > 0 && Math.abs(scale - 1) > LEAST_DIFFERENCE ? scale : 1;
}

function scaled(sums: ReadonlyMap<number, number>, scale: number): ReadonlyMap<number, number> {
  return scale === 1 ? sums : new Map([...sums].map(([stack, value]) => [stack, value * scale]));
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
