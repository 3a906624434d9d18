import type { TaskEntry, TaskList } from './task-list.ts';

/** Which tasks are asked for; all that are given must hold. As `SnapshotOptions`, with what the command line says. */
export interface TaskFilter {
  readonly maxTasks?: number;
  readonly minWaitMillis?: number;
  /** `name=value`. */
  readonly label?: readonly string[];
  readonly pinnedLabel?: readonly string[];
  readonly traceId?: string;
  /** The source of a regular expression. */
  readonly matching?: string;
  readonly consistency?: 'slices' | 'moment';
}

/** The parameters that ask the debug endpoint for just these. */
export function filterParameters(filter: TaskFilter): [string, string][] {
  return Object.entries(filter).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as string[]) : [value as string | number]).map((one): [string, string] => [
      name,
      String(one),
    ]),
  );
}

/** What of a list, which is there already, the filters let through; whole stacks only, by their oldest task. */
export function filteredList(list: TaskList, filter: TaskFilter): TaskList {
  const accepts = acceptor(filter);
  if (accepts === undefined) return list;
  return listWith(list, list.entries.filter(accepts));
}

/** The list with some of its entries. */
export function listWith(list: TaskList, entries: readonly TaskEntry[]): TaskList {
  const sum = (amount: (entry: TaskEntry) => number): number =>
    entries.reduce((total, entry) => total + amount(entry), 0);
  return {
    ...list,
    entries,
    total: sum(({ value }) => value),
    totalStandardError: Math.sqrt(sum(({ standardError }) => standardError ** 2)),
  };
}

type Acceptor = (entry: TaskEntry) => boolean;

function acceptor({ minWaitMillis, label, traceId, matching }: TaskFilter): Acceptor | undefined {
  const conditions: Acceptor[] = [];
  if (minWaitMillis) conditions.push(({ oldestWaitMillis }) => (oldestWaitMillis ?? 0) >= minWaitMillis);
  for (const one of label ?? []) conditions.push(({ labels }) => hasLabel(labels, one));
  if (traceId) conditions.push(({ span }) => span?.traceId === traceId.toLowerCase());
  if (matching) conditions.push(frameMatcher(new RegExp(matching)));
  return conditions.length === 0 ? undefined : (entry) => conditions.every((holds) => holds(entry));
}

function hasLabel(labels: TaskEntry['labels'], label: string): boolean {
  const cut = label.indexOf('=');
  const value = labels[label.slice(0, cut)];
  return value !== undefined && String(value) === label.slice(cut + 1);
}

function frameMatcher(matching: RegExp): Acceptor {
  return ({ stack }) =>
    stack.some(({ functionName, file, line, column }) => matching.test(`${functionName} (${file}:${line}:${column})`));
}
