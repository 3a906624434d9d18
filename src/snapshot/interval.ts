import { nanosOf, nowMillis } from '../base/clock.ts';
import type { EngineInterval, TaskEngine } from '../capture/task-engine.ts';
import type { StackView } from '../frames/stack-view.ts';
import { groupTasks } from './build-snapshot.ts';
import { type TaskList, listTasks } from './task-list.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

interface Span {
  readonly startTimeUnixNano: bigint;
  readonly durationNano: bigint;
}

/** The mean number of live tasks over an interval: each counts for the share of the interval that it was parked. */
export interface IntervalSnapshot extends TaskSnapshot, Span {}

/** The tasks that such a mean is made of. */
export interface IntervalTaskList extends TaskList, Span {}

/** A stretch of time whose mean is wanted. Intervals of one engine may overlap; each bounds its own memory. */
export class Interval {
  readonly #engine: TaskEngine;
  readonly #view: StackView;
  readonly #interval: EngineInterval;

  /** Begins now. */
  constructor(engine: TaskEngine, view: StackView) {
    this.#engine = engine;
    this.#view = view;
    this.#interval = engine.openInterval();
  }

  /** Whether it still sees what happens: its engine runs. */
  get active(): boolean {
    return this.#engine.running;
  }

  /** Ends now, in one turn. */
  end(): IntervalSnapshot {
    return groupInterval(this.endAsList());
  }

  /** The same, before tasks are grouped. */
  endAsList(): IntervalTaskList {
    const now = nowMillis();
    const durationMillis = Math.max(now - this.#interval.startedAt, Number.MIN_VALUE);
    const sample = this.#interval.end(now);
    const list = listTasks(this.#engine, { ...sample, consistency: 'interval', now, leftOut: 0 }, this.#view);
    this.close();
    const durationNano = nanosOf(durationMillis);
    return { ...list, durationNano, startTimeUnixNano: list.timeUnixNano - durationNano };
  }

  /** Lets go of what was kept for it, where nobody asks for the mean any more. */
  close(): void {
    this.#interval.close();
  }
}

/** The tasks of an interval, grouped. */
export function groupInterval(list: IntervalTaskList): IntervalSnapshot {
  const { startTimeUnixNano, durationNano } = list;
  return Object.freeze({ ...groupTasks(list), startTimeUnixNano, durationNano });
}
