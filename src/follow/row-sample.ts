import { nowMillis } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { CodeFrame } from '../base/types.ts';
import type { Contribution, LiveSample, SampledTask, SampleRequest, Stratum } from '../capture/live-sample.ts';
import type { StackKeeper } from '../capture/stack-keeper.ts';
import type { SlicedSample } from '../capture/task-engine.ts';
import { EMPTY_TASK_CONTEXT } from '../capture/task-context.ts';
import type { AwaiterWalker } from './awaiter-walker.ts';
import type { CapturedRows } from './captured-rows.ts';
import { FollowedTask } from './followed-task.ts';
import type { KnownPark } from './known-park.ts';
import type { ChosenRow, RowChoice } from './chosen-row.ts';
import type { RowReader } from './row-reader.ts';
import { RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** What has been parked for so long is walked once: its run is over, and so are those of its callers. */
const REMEMBERED_MILLIS = 100;

/** Rows that are read between two looks at the clock: in one go, and in slices, 0.1 ms. */
const BATCH = 64;
const SLICED_BATCH = 16;

/** What samples are made from. */
export interface SampleSource {
  readonly registry: TaskRegistry;
  readonly reader: RowReader;
  readonly walker: AwaiterWalker;
  readonly captured: CapturedRows;
  readonly keeper: StackKeeper;
  readonly random: Random;
  framesOf(task: SampledTask): CodeFrame[];
  /** The probability that the hooks were on when a park that is known began. */
  seenShare(parkedAt: number, now: number): number;
  /** Mean time from one switching on of the hooks to the next. */
  readonly cycleMillis: number;
}

/** A park that can't be walked. */
interface Unknown {
  readonly contribution: Contribution;
  readonly awaited: object | undefined;
}

/** Reads chosen rows, all at once or bit by bit, and makes what they add to an estimate. */
export class RowSample implements SlicedSample {
  readonly #source: SampleSource;
  readonly #chosen: readonly ChosenRow[];
  readonly #matches: SampleRequest['matches'];
  readonly #leftOut: number;
  readonly #contributions: Contribution[] = [];
  readonly #unknown: Unknown[] = [];
  readonly #strata: readonly Stratum[];
  #read = 0;
  #gone = 0;
  #isSure: boolean;

  /** `isSure`: whether every task is among the rows. */
  constructor(source: SampleSource, choice: RowChoice, isSure: boolean, matches?: SampleRequest['matches']) {
    const { rows, wantedShares } = choice;
    this.#source = source;
    this.#chosen = rows;
    this.#strata = [RowShape.leaf, RowShape.joint].map((shape) => stratumOf(rows, shape, wantedShares[shape]));
    this.#leftOut = choice.leftOut;
    this.#matches = matches;
    this.#isSure = isSure;
  }

  /** What holds nodes of the stack table until the end. */
  get heldStacks(): readonly { stack: number }[] {
    return [...this.#contributions, ...this.#unknown.map(({ contribution }) => contribution)].map(({ task }) => task);
  }

  // Walks are dearer the deeper the stack is that they are made on: so all of it is one function.
  slice(budgetMillis: number): boolean {
    const { reader, walker } = this.#source;
    let startedAt = nowMillis();
    const deadline = startedAt + budgetMillis;
    while (this.#read < this.#chosen.length) {
      const batch = this.#nextBatch(budgetMillis === Infinity ? BATCH : SLICED_BATCH);
      const plan = reader.plan(batch.map(({ candidate }) => candidate));
      const parks = reader.finish(plan, walker.walkAll(plan.promises));
      const now = nowMillis();
      batch.forEach((row, i) => this.#take(row, parks[i]!, now));
      // Another one like this would be too long.
      if (now + (now - startedAt) >= deadline) break;
      startedAt = now;
    }
    return this.#read === this.#chosen.length;
  }

  end(): LiveSample {
    this.slice(Infinity);
    if (this.#unknown.length > 0) this.#spread();
    const contributions = this.#gone === 0 ? this.#contributions : this.#withoutGone();
    return { contributions, leftOut: this.#leftOut, isExact: this.#isSure && this.#gone === 0 };
  }

  #nextBatch(size: number): ChosenRow[] {
    const batch: ChosenRow[] = [];
    const end = Math.min(this.#read + size, this.#chosen.length);
    for (; this.#read < end; this.#read++) {
      const row = this.#chosen[this.#read]!;
      if (this.#source.registry.madeAt(row.candidate) === row.madeAt) batch.push(row);
      else this.#gone++;
    }
    return batch;
  }

  #take({ candidate: row, probability, shape }: ChosenRow, park: KnownPark, now: number): void {
    const { registry } = this.#source;
    this.#isSure &&= park.isSure;
    const parkedAt = registry.parkedAt(row);
    const seen = this.#source.seenShare(parkedAt, now);
    const rootProbability = registry.probability(row) * seen;
    // What began in one stretch with hooks was chosen together.
    const unit = seen < 1 ? ~Math.floor(parkedAt / this.#source.cycleMillis) : registry.unit(row);
    const isSettled = park.verdict === 'task' || (park.verdict === 'none' && park.isSure);
    // Its record, which its capture still has to be resolved for, has to be told when it resumes.
    const isUnresolved = park.record === undefined && registry.known(row)?.record !== undefined;
    if (isSettled && !isUnresolved && now - parkedAt >= REMEMBERED_MILLIS) registry.know(row, park);
    if (park.verdict === 'none') return;
    const context = park.context ?? EMPTY_TASK_CONTEXT;
    const task = new FollowedTask(parkedAt, context, park, unit, rootProbability);
    const inclusionProbability = probability * rootProbability;
    const contribution: Contribution = {
      task,
      amount: park.share / inclusionProbability,
      inclusionProbability,
      waitMillis: now - parkedAt,
      source: park.record === undefined ? 'followed' : 'captured',
      ...(probability < 1 && { stratum: this.#strata[shape]! }),
    };
    if (park.verdict === 'task') this.#add(contribution);
    else this.#unknown.push({ contribution, awaited: registry.promise(row) });
  }

  #add(contribution: Contribution): void {
    if (
      this.#matches !== undefined &&
      !this.#matches(this.#source.framesOf(contribution.task), contribution.task.operationFrames)
    )
      return;
    this.#contributions.push(contribution);
  }

  /**
   * How many wait is known where their stacks are not. Captured parks on the same promise stand for them; those on others only
   * tell by chance whether they are tasks at all: a `.then` that nobody awaits can't be walked either.
   */
  #spread(): void {
    this.#isSure = false;
    const { captured, reader, registry, random } = this.#source;
    const unwalkable = captured.unwalkable(reader, random);
    for (const { contribution, awaited } of this.#unknown) {
      if (awaited !== undefined) registry.markShared(awaited);
      const ofSame = unwalkable.on(awaited);
      if ((ofSame ?? unwalkable.any())?.verdict === 'none') continue;
      const { parkedAt, context, unit, unitProbability } = contribution.task;
      const shown = ofSame ?? this.#unknownStack();
      this.#add({ ...contribution, task: new FollowedTask(parkedAt, context, shown, unit, unitProbability) });
    }
  }

  #unknownStack(): { stack: number; operationFrames: number } {
    return { stack: this.#source.keeper.unknownStack, operationFrames: 0 };
  }

  /** What resumed before its turn came is made up for by the others that were chosen by chance. */
  #withoutGone(): Contribution[] {
    const left = this.#chosen.length - this.#gone;
    const factor = this.#chosen.length / Math.max(left, 1);
    return this.#contributions.map((contribution) => ({ ...contribution, amount: contribution.amount * factor }));
  }
}

/**
 * The draws among the chosen rows of a shape; the others were chosen with certainty. Where a `share` of the draws was wanted the others
 * were draws as well, of nothing.
 */
function stratumOf(chosen: readonly ChosenRow[], shape: number, share: number): Stratum {
  const drawn = chosen.filter((one) => one.probability < 1 && one.shape === shape);
  return { draws: drawn.length / share, unseen: 1 - (drawn[0]?.probability ?? 1) };
}
