import { Governor } from './governor.ts';

/**
 * The probability with which a piece of a run is chosen: the smaller of what was asked for (fixed, or what the budget
 * affords) and what the live set has room for.
 */
export class SamplingProbability {
  readonly governor: Governor;
  readonly #fixed: number | undefined;
  #room = 1;
  #everReduced = false;

  /** `sampling`: as in the public options. */
  constructor(sampling: 'adaptive' | 'all' | number, overheadBudget: number) {
    this.governor = new Governor(overheadBudget);
    this.#fixed = sampling === 'all' ? 1 : sampling === 'adaptive' ? undefined : sampling;
  }

  get value(): number {
    return Math.min(this.#fixed ?? this.governor.probability, this.#room);
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
    return this.#room === 1 && (this.#fixed !== undefined || this.governor.isIdle);
  }

  /** Accounts the time of captures and resolution. True when the value changed. */
  spend(millis: number): boolean {
    if (this.#fixed !== undefined) {
      this.governor.account(millis);
      return false;
    }
    const changed = this.governor.spend(millis);
    this.#everReduced ||= changed;
    return changed;
  }

  /** The live set was full. */
  halveRoom(): void {
    this.#room = this.value / 2;
    this.#everReduced = true;
  }

  /** A window ends: the budget is looked at anew, and the live set's bound is relaxed where it has room again. */
  endWindow(hasAmpleRoom: boolean): void {
    if (hasAmpleRoom) this.#room = Math.min(1, this.#room * 2);
    if (this.#fixed === undefined) this.governor.endWindow();
    this.#everReduced ||= this.value < 1;
  }
}
