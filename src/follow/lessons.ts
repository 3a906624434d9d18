import type { TaskRegistry } from './task-registry.ts';

/** Captured rows that are walked in one turn to learn from them. */
const LESSONS_PER_TURN = 16;

/** Rows whose captures are told from calls now, until somebody has the time to learn from them. */
export class Lessons {
  readonly #registry: TaskRegistry;
  /** Rows, each with what tells whether it is still the same. */
  readonly #rows: number[] = [];

  constructor(registry: TaskRegistry) {
    this.#registry = registry;
  }

  /** One more, where there is room. */
  add(row: number): void {
    if (this.#rows.length < 2 * LESSONS_PER_TURN) this.#rows.push(row, this.#registry.madeAt(row));
  }

  /** All that are still the same; none is left. */
  take(): number[] {
    const rows: number[] = [];
    for (let i = 0; i < this.#rows.length; i += 2) {
      const [row, madeAt] = [this.#rows[i]!, this.#rows[i + 1]!];
      if (this.#registry.madeAt(row) === madeAt) rows.push(row);
    }
    this.#rows.length = 0;
    return rows;
  }
}
