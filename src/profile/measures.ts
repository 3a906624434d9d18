import type { ValueType } from './model.ts';

/** What profiles of tasks count: each has a profile of its own, by the same stacks, labels and spans. */
export const MEASURES = {
  /** Live tasks: at one moment, or the mean over an interval. */
  tasks: { type: 'tasks', unit: 'count' },
  /** Time that tasks were parked in an interval. */
  wait: { type: 'wait', unit: 'nanoseconds' },
  /** Tasks that were lost in an interval: what they await was garbage-collected. */
  lost: { type: 'lost', unit: 'count' },
} as const satisfies Readonly<Record<string, ValueType>>;

export type Measure = keyof typeof MEASURES;
