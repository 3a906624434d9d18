import type { Random } from '../base/random.ts';
import { FinishedWaits } from './finished-waits.ts';
import { LiveTasks } from './live-tasks.ts';
import { NOT_IN_LIVE_SET, type TaskRecord, hasResumed } from './task-record.ts';

/** Parks that ended which an interval keeps, for each record of the live set's bound. */
const FINISHED_PER_LIVE_TASK = 2;
const MAX_FINISHED_WAITS = 16_384;

/**
 * Where the two halves meet: the engine adds records that turned out to be tasks and says when they resume; snapshots and
 * intervals read.
 */
export class TaskStore {
  readonly #live: LiveTasks;
  readonly #intervals = new Set<FinishedWaits>();
  readonly #random: Random;
  readonly #finishedCapacity: number;
  #startedWeight = 0;
  #resumedWeight = 0;

  constructor(maxTasks: number, random: Random, onFull: () => void) {
    this.#live = new LiveTasks(maxTasks, random, onFull);
    this.#random = random;
    this.#finishedCapacity = Math.min(maxTasks * FINISHED_PER_LIVE_TASK, MAX_FINISHED_WAITS);
  }

  get live(): readonly TaskRecord[] {
    return this.#live.records;
  }

  /** How many tasks these stand for. */
  get liveWeight(): number {
    return this.#live.weight;
  }

  get hasAmpleRoom(): boolean {
    return this.#live.hasAmpleRoom;
  }

  /** Records given up because the live set was full, since the start. */
  get thinned(): number {
    return this.#live.thinned;
  }

  /** Tasks that began to park and that resumed since the start: sums of weights. */
  get totals(): { readonly started: number; readonly resumed: number } {
    return { started: this.#startedWeight, resumed: this.#resumedWeight };
  }

  /**
   * A record is known to be a task; it may have resumed since it was captured. One that was captured because it was asked for
   * stands for nobody: it only tells who asked.
   */
  addTask(record: TaskRecord): void {
    record.state = 'task';
    if (record.isForced) {
      record.lateContext = undefined;
      return;
    }
    this.#startedWeight += record.weight;
    if (!hasResumed(record)) {
      this.#live.add(record);
      return;
    }
    this.#resumedWeight += record.weight;
    this.#finish(record);
  }

  resume(record: TaskRecord, now: number): void {
    record.resumedAt = now;
    if (record.slot === NOT_IN_LIVE_SET) return;
    this.#resumedWeight += record.weight;
    this.#end(record);
  }

  /** The promise of a live one was collected: it never resumes. */
  lose(record: TaskRecord, now: number): void {
    record.resumedAt = now;
    this.#end(record);
  }

  /** From now on parks that end are also kept for this interval, until it is closed. */
  openInterval(now: number): FinishedWaits {
    const interval = new FinishedWaits(now, this.#finishedCapacity, this.#random);
    this.#intervals.add(interval);
    return interval;
  }

  closeInterval(interval: FinishedWaits): void {
    this.#intervals.delete(interval);
  }

  /** Every record that somebody may still ask for its stack. */
  *records(): Iterable<TaskRecord> {
    yield* this.#live.records;
    for (const interval of this.#intervals) for (const { record } of interval.waits) yield record;
  }

  clear(): void {
    this.#live.clear();
    this.#intervals.clear();
  }

  #end(record: TaskRecord): void {
    this.#live.remove(record);
    this.#finish(record);
  }

  #finish(record: TaskRecord): void {
    if (this.#intervals.size === 0) record.lateContext = undefined;
    else record.lateContext?.settle();
    for (const interval of this.#intervals) interval.add(record);
  }
}
