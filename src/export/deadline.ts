import { guarded } from '../base/faults.ts';
import type { AttemptLimit } from './otlp-transport.ts';

/** The end of the time that an export has, from its making on. Does not keep the process running. */
export class Deadline implements AttemptLimit {
  readonly #endMillis: number;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(millis: number) {
    this.#endMillis = performance.now() + millis;
    this.#timer = setTimeout(
      guarded('a time limit met an error', () => this.#controller.abort()),
      millis,
    ).unref();
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remainingMillis(): number {
    return this.signal.aborted ? 0 : Math.max(0, this.#endMillis - performance.now());
  }

  /** Ends the timer; what was cut off by then stays so. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
