import type { CaptureOptions } from '../capture/task-engine.ts';
import { SamplingProbability } from '../capture/sampling-probability.ts';
import type { DutyCycle } from './duty-cycle.ts';
import { EventCost } from './event-cost.ts';
import { HookLoad } from './hook-load.ts';
import { RootSampler } from './root-sampler.ts';

/** Shares of the budget: a fifth is left for what is made of it all and sent. Captures are the dearest and teach what walks can't tell. */
export const CAPTURE_SHARE = 0.2;
const FOLLOW_SHARE = 0.45;
export const WALK_SHARE = 0.15;

/** Of these for what is followed, however much the hooks take for what is not. */
const MIN_FOLLOW_SHARE = 0.15;

/** Events after which their time is accounted for even in the midst of a window: for the hard stop of a burst. */
const ACCOUNTED_EVENTS = 4_096;

/** Which share of tasks the budget lets be followed, and what following them and the hooks for the others took. */
export class FollowBudget {
  readonly roots: RootSampler;
  readonly #cost = new EventCost();
  readonly #probability: SamplingProbability;
  readonly #load: HookLoad;
  readonly #duty: DutyCycle;
  readonly #overheadBudget: number;
  readonly #isAdaptive: boolean;
  /** Whether every task was followed, from the start on. */
  wasAll: boolean;

  constructor({ sampling, overheadBudget, random }: CaptureOptions, duty: DutyCycle) {
    this.#overheadBudget = overheadBudget;
    this.#isAdaptive = sampling === 'adaptive';
    this.#duty = duty;
    this.#probability = new SamplingProbability(sampling, overheadBudget * FOLLOW_SHARE, duty.onTime);
    this.roots = new RootSampler(this.#probability.value, random);
    this.#load = new HookLoad(this.roots, this.#cost, duty.onTime);
    this.wasAll = this.roots.isAll;
  }

  get probability(): number {
    return this.#probability.value;
  }

  /** Whether the probability stays as it is until something is spent. */
  get isSettled(): boolean {
    return this.#probability.isSettled;
  }

  get spentMillis(): number {
    return this.#probability.governor.totalSpentMillis + this.#load.totalMillis;
  }

  /** So many events were followed, the last of them in so long. */
  note(events: number, lastMillis: number): void {
    this.#cost.note(events, lastMillis);
    if (this.#cost.pendingEvents >= ACCOUNTED_EVENTS && this.#probability.spend(this.#cost.take())) this.#redraw();
  }

  /** `overheadBudget`: of the whole engine, while the burst is on. */
  setBurst(overheadBudget: number | undefined): void {
    this.#probability.spend(this.#cost.take());
    this.#probability.setBurst(overheadBudget && overheadBudget * FOLLOW_SHARE);
    this.#redraw();
  }

  endWindow(): void {
    this.#measureLoad();
    this.#probability.spend(this.#cost.take());
    this.#probability.endWindow(true);
    this.#redraw();
  }

  /** What the hooks take for what is not followed is not there for following. */
  divide(): void {
    const { load, share } = this.#duty;
    const unfollowed = load * share * (1 - this.probability);
    const left = Math.max(FOLLOW_SHARE - unfollowed / this.#overheadBudget, MIN_FOLLOW_SHARE) * this.#overheadBudget;
    this.#probability.setBudget(left / share);
  }

  #measureLoad(): void {
    const load = this.#load.take(this.probability);
    if (load === undefined || !this.#isAdaptive) return;
    this.#duty.note(load.share, load.millis);
    this.divide();
  }

  #redraw(): void {
    const { probability } = this;
    if (probability < 1) this.wasAll = false;
    if (probability < 1 || !this.roots.isAll) this.roots.redraw(probability);
  }
}
