import type { TaskList } from './task-list.ts';

/** A list for programs: stacks leaf first, times in nanoseconds as strings, `null` for what is not known. */
export function listJson(list: TaskList): string {
  const { entries, timeUnixNano, samplingProbability = null, ...rest } = list;
  const stacks = entries
    .toSorted((a, b) => b.value - a.value)
    .map(({ awaitIndex = null, oldestWaitMillis = null, span = null, value, ...entry }) => ({
      value,
      share: list.total === 0 ? 0 : value / list.total,
      standardError: entry.standardError,
      oldestWaitMillis,
      labels: entry.labels,
      span,
      awaitIndex,
      stack: entry.stack,
    }));
  return `${JSON.stringify({ ...rest, timeUnixNano: timeUnixNano.toString(), samplingProbability, stacks }, null, 2)}\n`;
}
