import { nowMillis } from '../base/clock.ts';
import { cancel, later, nextJob } from '../base/own-timers.ts';
import type { Random } from '../base/random.ts';
import type { ChosenRow } from './chosen-row.ts';
import { chooseAtRandom } from './random-rows.ts';
import { withStandIns } from './stand-ins.ts';
import { RowShape } from './row-layout.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Rows that are looked at in one moment: leaves, and joints, which are calls in nearly all cases. */
const LEAVES = 32;
const JOINTS = 8;

/** Mean time between two moments: at least, and as long as nothing was measured. */
const MIN_SPACING_MILLIS = 20;
const FIRST_SPACING_MILLIS = 50;
/** Beyond this an export would be of a handful of moments: it is kept even where walks are dear, at some 0.3 % of a core. */
const MAX_SPACING_MILLIS = 400;

/** What a row is accounted at the most: clocks also measure that another process had the core. */
const MAX_ROW_MILLIS = 0.04;

/** How late timers are, at least. */
const TIMER_MILLIS = 1;

const SMOOTHING = 0.2;

/** More moments than this are not counted in one stretch without events: a process that was stopped for minutes. */
const MAX_MOMENTS = 1_000;

/** Who is told of moments. */
export interface MomentHost {
  readonly registry: TaskRegistry;
  /** Monotonic milliseconds; the promise hook looks at it. */
  nextMomentAt: number;
  /** Rows as they were chosen for so many moments, some of which may have gone since. In a job of its own. */
  onMomentRows(rows: readonly ChosenRow[], moments: number): void;
  onFault(fault: unknown): void;
}

/**
 * A Poisson clock. The rows of a moment are chosen by the first promise event after it, or by a timer where there is none: so
 * moments do not prefer the turns in which timers run, and what was parked in a long stretch without events counts for all of
 * its moments.
 *
 * Walks have to wait for a job of their own: in the midst of the application's they would take its async stacks away. That job
 * comes right after the ones that are ready to run, which could not be walked anyway: a turn later all that resumes in each turn
 * would be gone.
 */
export class MomentClock {
  readonly #host: MomentHost;
  readonly #random: Random;
  #budget: number;
  #timer: NodeJS.Timeout | undefined;
  #spacingMillis = FIRST_SPACING_MILLIS;
  #costMillis = 0;
  /** Moments whose rows are looked at by a job that is queued. */
  #waiting = 0;
  #isNear = false;
  #runs = false;
  /** Nothing was parked when the timer was to be armed. */
  #isEmpty = false;
  /** When the next moment falls, and when the last one that has passed fell. */
  #next = Infinity;
  #last = -Infinity;

  /** `budget`: share of one core that walks may take; Infinity: as many as there can be. */
  constructor(host: MomentHost, random: Random, budget: number) {
    this.#host = host;
    this.#random = random;
    this.#budget = budget;
  }

  /** From now on walks may take this share of the time in which the clock runs. */
  setBudget(budget: number): void {
    this.#budget = budget;
    this.#account(this.#costMillis);
  }

  /** Whether the next moment comes sooner than a timer can tell. */
  get isNear(): boolean {
    return this.#isNear;
  }

  /** Moments come from now on. */
  start(): void {
    if (this.#runs) return;
    this.#runs = true;
    this.#next = nowMillis() + this.#gap();
    this.#arm();
  }

  stop(): void {
    this.#runs = false;
    this.#host.nextMomentAt = Infinity;
    this.#isNear = false;
    cancel(this.#timer);
  }

  /** It is time, or later. In the midst of the application: only rows are chosen at once. */
  onMoment(): void {
    const sawNothing = this.#isEmpty;
    const isWaiting = this.#waiting > 0;
    // Further ones of the same jobs count with the first.
    this.#waiting += this.#pass();
    if (isWaiting || this.#waiting === 0) return;
    const chosenAt = nowMillis();
    const rows = sawNothing ? [] : this.#choose();
    nextJob(() => this.#onJob(rows, chosenAt));
  }

  #onTimer(): void {
    if (!this.#runs) return;
    this.#guard(() => {
      const moments = this.#pass();
      if (moments > 0) this.#look(this.#choose(), moments);
    });
  }

  #onJob(rows: readonly ChosenRow[], chosenAt: number): void {
    const moments = this.#waiting;
    this.#waiting = 0;
    if (!this.#runs) return;
    this.#guard(() => this.#look(withStandIns(this.#host.registry, rows, chosenAt, this.#random), moments));
  }

  #guard(part: () => void): void {
    try {
      part();
    } catch (fault) {
      this.#host.onFault(fault);
    }
  }

  #look(rows: readonly ChosenRow[], moments: number): void {
    const startedAt = nowMillis();
    this.#host.onMomentRows(rows, moments);
    this.#account(Math.min(nowMillis() - startedAt, rows.length * MAX_ROW_MILLIS));
  }

  #account(millis: number): void {
    this.#costMillis += (this.#costMillis === 0 ? 1 : SMOOTHING) * (millis - this.#costMillis);
    if (this.#costMillis === 0) return;
    const wanted = this.#costMillis / this.#budget;
    this.#spacingMillis = Math.min(Math.max(MIN_SPACING_MILLIS, wanted), MAX_SPACING_MILLIS);
  }

  /** What has parked since the moment was running in it: such a draw has found nothing. */
  #choose(): ChosenRow[] {
    const { registry } = this.#host;
    const chosen = [
      ...chooseAtRandom(registry, RowShape.leaf, LEAVES, this.#random),
      ...chooseAtRandom(registry, RowShape.joint, JOINTS, this.#random),
    ];
    return chosen.filter(({ candidate }) => registry.parkedAt(candidate) <= this.#last);
  }

  /** How many moments have passed; draws the next one. */
  #pass(): number {
    const now = nowMillis();
    let moments = 0;
    for (; this.#next <= now; moments++) {
      this.#last = this.#next;
      this.#next = (moments < MAX_MOMENTS ? this.#next : now) + this.#gap();
    }
    this.#arm();
    return moments;
  }

  /** Times between moments are exponential. */
  #gap(): number {
    return -this.#spacingMillis * Math.log(1 - this.#random());
  }

  /**
   * First for the time when the moment is near, then for the moment. While nothing is parked the process is not woken: the next
   * park comes here, and the moments until then saw nothing.
   */
  #arm(): void {
    cancel(this.#timer);
    this.#isEmpty = this.#host.registry.live === 0;
    this.#host.nextMomentAt = this.#isEmpty ? 0 : this.#next;
    const millis = this.#next - nowMillis();
    this.#isNear = !this.#isEmpty && millis < 2 * TIMER_MILLIS;
    if (this.#isEmpty) return;
    const delay = Math.max(this.#isNear ? Math.ceil(millis) : Math.floor(millis) - TIMER_MILLIS, 1);
    this.#timer = later(() => this.#onTimer(), delay);
  }
}
