import { Governor } from './governor.ts';

/** A budget that differs by less is the same: a new one begins its window anew. */
const CHANGE = 0.05;

/**
 * The probability with which a piece of a run is chosen: the smaller of what was asked for (fixed, or what the budget
 * affords) and what the live set has room for.
 */
export class SamplingProbability {
  readonly governor: Governor;
  readonly #fixed: number | undefined;
  #budget: number;
  /** What it was when the burst that is on began. */
  #before: number | undefined;
  #room = 1;
  #everReduced = false;

  /** `sampling`: as in the public options. */
  constructor(sampling: 'adaptive' | 'all' | number, overheadBudget: number, clock?: () => number) {
    this.#budget = overheadBudget;
    this.governor = new Governor(overheadBudget, clock);
    this.#fixed = sampling === 'all' ? 1 : sampling === 'adaptive' ? undefined : sampling;
  }

  get value(): number {
    const chosen = this.#isGoverned ? this.governor.probability : this.#fixed!;
    return Math.min(Math.max(chosen, this.#fixed ?? 0), this.#room);
  }

  /** Whether it is held down because the live set was full. */
  get isCrowded(): boolean {
    return this.#room < 1;
  }

  /** Whether every park since the start was chosen. */
  get isExact(): boolean {
    return !this.#everReduced && this.value === 1;
  }

  /** Whether it stays as it is until something is spent or the live set fills up. */
  get isSettled(): boolean {
    return this.#room === 1 && (!this.#isGoverned || this.governor.isIdle);
  }

  /** Accounts the time of captures and resolution. True when the value changed. */
  spend(millis: number): boolean {
    if (!this.#isGoverned) {
      this.governor.account(millis);
      return false;
    }
    const changed = this.governor.spend(millis);
    this.#everReduced ||= changed;
    return changed;
  }

  /**
   * As with `'all'` for a while, as far as `overheadBudget` affords that, whatever was asked for otherwise; undefined: as before
   * again. Another budget while one is on replaces it.
   */
  setBurst(overheadBudget: number | undefined): void {
    if (this.#fixed === 1) return;
    this.#everReduced ||= this.value < 1;
    if (overheadBudget !== undefined) {
      this.#before ??= this.governor.probability;
      this.governor.setBudget(Math.max(overheadBudget, this.#budget));
    } else if (this.#before !== undefined) {
      const { probability } = this.governor;
      this.governor.setBudget(this.#budget, Math.min(this.#before, probability));
      this.#before = undefined;
    }
    this.#everReduced ||= this.value < 1;
  }

  /** From now on this is the budget, but for a burst that is on. */
  setBudget(overheadBudget: number): void {
    if (Math.abs(overheadBudget - this.#budget) < CHANGE * this.#budget) return;
    this.#budget = overheadBudget;
    if (this.#before === undefined) this.governor.setBudget(overheadBudget, 2 * this.governor.probability);
    this.#everReduced ||= this.value < 1;
  }

  get #isGoverned(): boolean {
    return this.#fixed === undefined || this.#before !== undefined;
  }

  /** The live set was full. */
  halveRoom(): void {
    this.#room = this.value / 2;
    this.#everReduced = true;
  }

  /** A window ends: the budget is looked at anew, and the live set's bound is relaxed where it has room again. */
  endWindow(hasAmpleRoom: boolean): void {
    if (hasAmpleRoom) this.#room = Math.min(1, this.#room * 2);
    if (this.#isGoverned) this.governor.endWindow();
    this.#everReduced ||= this.value < 1;
  }
}
