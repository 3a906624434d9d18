import { nanosOf, nowMillis } from '../base/clock.ts';
import type { EngineInterval, TaskEngine } from '../capture/task-engine.ts';
import type { StackView } from '../frames/stack-view.ts';
import type { LostTaskList as HeldLosses } from '../capture/lost-tasks.ts';
import { groupTasks } from './build-snapshot.ts';
import { groupLost, listLost, type LostTaskList, type LostTaskSnapshot } from './lost.ts';
import { type TaskList, listTasks } from './task-list.ts';
import type { TaskSample, TaskSnapshot } from './task-snapshot.ts';

interface Span {
  /** Nanoseconds since 1970. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds. */
  readonly durationNano: bigint;
}

/** The tasks of one {stack, labels, span} over an interval. */
export interface IntervalTaskSample extends TaskSample {
  /** How long they were parked inside the interval, all together: `tasks` x its length. Its standard error is as many times that. */
  readonly waitMillis: number;
}

/** The mean number of live tasks over an interval: each counts for the share of the interval that it was parked. */
export interface IntervalSnapshot extends TaskSnapshot, Span {
  /** Most tasks, and so most wait, first. */
  readonly samples: readonly IntervalTaskSample[];
  /** The integral of the number of live tasks over the interval (Little's law): the sum of all waits inside it. */
  readonly totalWaitMillis: number;
}

/** What was parked in an interval, and what was lost. */
export interface EndedInterval {
  readonly snapshot: IntervalSnapshot;
  readonly lost: LostTaskSnapshot;
}

/** The tasks that such a mean is made of. */
export interface IntervalTaskList extends TaskList, Span {}

/** A stretch of time whose mean is wanted. Intervals of one engine may overlap; each bounds its own memory. */
export class Interval {
  readonly #engine: TaskEngine;
  readonly #view: StackView;
  readonly #interval: EngineInterval;
  readonly #losses: HeldLosses;

  /** Begins now, or at the moment of this turn, monotonic milliseconds, that another one ended at. */
  constructor(engine: TaskEngine, view: StackView, startedAt?: number) {
    this.#engine = engine;
    this.#view = view;
    this.#interval = engine.openInterval(startedAt);
    this.#losses = engine.lost.open(this.#interval.startedAt);
  }

  /** Whether it still sees what happens: its engine runs. */
  get active(): boolean {
    return this.#engine.running;
  }

  /** Ends now, in one turn. */
  end(): IntervalSnapshot {
    return groupInterval(this.endAsList());
  }

  /** Ends now, and the next begins at the very moment: what is parked in both waits in one or the other. */
  endAndBegin(): { readonly ended: EndedInterval; readonly next: Interval } {
    const now = nowMillis();
    const next = new Interval(this.#engine, this.#view, now);
    return { ended: this.endWithLost(now), next };
  }

  /** Ends at a moment of this turn. */
  endWithLost(now = nowMillis()): EndedInterval {
    const list = this.endAsList(now);
    const { timeUnixNano, startTimeUnixNano, durationNano } = list;
    // To the nanosecond: profiles of one time are one pprof.
    const lost = groupLost({ ...this.lostAsList(), timeUnixNano, startTimeUnixNano, durationNano });
    return { snapshot: groupInterval(list), lost };
  }

  /** The tasks that were lost in it until now. */
  lostAsList(): LostTaskList {
    return listLost(this.#engine, this.#losses, this.#view);
  }

  /** As `end()`, before tasks are grouped; at a moment of this turn. */
  endAsList(now = nowMillis()): IntervalTaskList {
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
    this.#engine.lost.close(this.#losses);
  }
}

/** The tasks of an interval, grouped. */
export function groupInterval(list: IntervalTaskList): IntervalSnapshot {
  const { startTimeUnixNano, durationNano } = list;
  const snapshot = groupTasks(list);
  const durationMillis = Number(durationNano) / 1e6;
  return Object.freeze({
    ...snapshot,
    samples: Object.freeze(
      snapshot.samples.map((sample) => Object.freeze({ ...sample, waitMillis: sample.tasks * durationMillis })),
    ),
    totalWaitMillis: snapshot.totalTasks * durationMillis,
    startTimeUnixNano,
    durationNano,
  });
}
