import type { TaskList } from './task-list.ts';

/** A list for programs: stacks leaf first, times in nanoseconds as strings, `null` for what is not known. */
export function listJson(list: TaskList): string {
  const { timeUnixNano, valueType, service, consistency = null, samplingProbability = null } = list;
  const head = {
    ...valueType,
    service: service === '' ? null : service,
    timeUnixNano: timeUnixNano.toString(),
    consistency,
    total: list.total,
    standardError: list.totalStandardError,
    samplingProbability,
    dropped: list.dropped,
  };
  return `${JSON.stringify({ ...head, stacks: stacksJson(list) }, null, 2)}\n`;
}

/** Its entries, the largest first, with their shares of its total. */
export function stacksJson({ entries, total }: Pick<TaskList, 'entries' | 'total'>): unknown[] {
  return entries
    .toSorted((a, b) => b.value - a.value)
    .map(({ awaitIndex = null, oldestWaitMillis = null, span = null, value, ...entry }) => ({
      value,
      share: total === 0 ? 0 : value / total,
      standardError: entry.standardError,
      oldestWaitMillis,
      labels: entry.labels,
      span,
      awaitIndex,
      stack: entry.stack,
    }));
}
