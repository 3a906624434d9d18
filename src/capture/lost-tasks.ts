import { nowMillis } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Contribution, SampledTask } from './live-sample.ts';
import type { TaskContext } from './task-context.ts';

/** Lost tasks that are held at the most since the start, and for each interval; some 300 bytes each. */
const MAX_HELD = 1_024;

/** A task that can never resume: what it awaits was garbage-collected. Strings and numbers: it keeps nothing alive. */
class LostTask implements SampledTask {
  readonly parkedAt: number;
  readonly context: TaskContext;
  stack: number;
  readonly operationFrames: number;
  readonly unit: number;
  readonly unitProbability: number;

  constructor({ parkedAt, context, stack, operationFrames, unit, unitProbability }: SampledTask) {
    this.parkedAt = parkedAt;
    this.context = context;
    this.stack = stack;
    this.operationFrames = operationFrames;
    this.unit = unit;
    this.unitProbability = unitProbability;
  }
}

/** How a lost task counts. */
export type LostAmount = Pick<Contribution, 'amount' | 'inclusionProbability' | 'source'>;

interface Loss extends LostAmount {
  readonly task: LostTask;
  readonly waitMillis: number;
}

/**
 * Lost tasks of a stretch of time, each once. When there are more than can be held a random half is given up and the other half
 * counts twice, so sums stay unbiased.
 */
export class LostTaskList {
  readonly startedAt: number;
  readonly #random: Random;
  #losses: Loss[] = [];
  #share = 1;
  #dropped = 0;

  /** `startedAt`: monotonic milliseconds. */
  constructor(startedAt: number, random: Random) {
    this.startedAt = startedAt;
    this.#random = random;
  }

  /** Those that were given up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What holds nodes of the stack table. */
  get tasks(): readonly { stack: number }[] {
    return this.#losses.map(({ task }) => task);
  }

  add(loss: Loss): void {
    if (this.#share < 1 && this.#random() >= this.#share) this.#dropped++;
    else this.#losses.push(loss);
    if (this.#losses.length <= MAX_HELD) return;
    const kept = this.#losses.filter(() => this.#random() < 0.5);
    this.#dropped += this.#losses.length - kept.length;
    this.#losses = kept;
    this.#share /= 2;
  }

  contributions(): Contribution[] {
    return this.#losses.map((loss) => ({
      ...loss,
      amount: loss.amount / this.#share,
      inclusionProbability: loss.inclusionProbability * this.#share,
    }));
  }
}

/** The tasks of an engine that were lost: since its start, and in the intervals that are open. */
export class LostTasks {
  readonly sinceStart: LostTaskList;
  readonly #random: Random;
  readonly #open = new Set<LostTaskList>();
  #count = 0;
  #estimate = 0;

  constructor(random: Random) {
    this.#random = random;
    this.sinceStart = new LostTaskList(nowMillis(), random);
  }

  /** How many were seen since the start. */
  get count(): number {
    return this.#count;
  }

  /** The same with those that were not sampled: each counts for as many as it stands for. */
  get estimate(): number {
    return this.#estimate;
  }

  /** What holds nodes of the stack table. */
  *tasks(): Iterable<{ stack: number }> {
    yield* this.sinceStart.tasks;
    for (const list of this.#open) yield* list.tasks;
  }

  add(task: SampledTask, amount: LostAmount): void {
    this.#count++;
    this.#estimate += amount.amount;
    const loss = { ...amount, task: new LostTask(task), waitMillis: nowMillis() - task.parkedAt };
    this.sinceStart.add(loss);
    for (const list of this.#open) list.add(loss);
  }

  /** Those that are lost from now on, until it is closed. */
  open(startedAt: number): LostTaskList {
    const list = new LostTaskList(startedAt, this.#random);
    this.#open.add(list);
    return list;
  }

  close(list: LostTaskList): void {
    this.#open.delete(list);
  }
}
