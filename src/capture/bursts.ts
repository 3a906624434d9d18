import type { TaskEngine } from './task-engine.ts';

/** The bursts of one engine that are on. Where several overlap the highest budget counts. */
export class Bursts {
  readonly #engine: Pick<TaskEngine, 'running' | 'setBurst'>;
  readonly #budgets = new Map<symbol, number>();
  #budget: number | undefined;

  constructor(engine: Pick<TaskEngine, 'running' | 'setBurst'>) {
    this.#engine = engine;
  }

  /** Begins one and gives what ends it. */
  begin(overheadBudget: number): () => void {
    const key = Symbol('burst');
    this.#budgets.set(key, overheadBudget);
    this.#apply();
    return () => {
      this.#budgets.delete(key);
      this.#apply();
    };
  }

  #apply(): void {
    const budget = this.#budgets.size === 0 ? undefined : Math.max(...this.#budgets.values());
    if (budget === this.#budget) return;
    this.#budget = budget;
    if (this.#engine.running) this.#engine.setBurst(budget);
  }
}
