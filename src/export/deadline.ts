import { guarded } from '../base/faults.ts';
import type { AttemptLimit } from './otlp-transport.ts';

/** The end of the time that an export has, from its making on, or of somebody's wish for it. Does not keep the process running. */
export class Deadline implements AttemptLimit {
  readonly #endMillis: number;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #wish: AbortSignal | undefined;
  readonly #abort = guarded('a time limit met an error', () => this.#controller.abort());

  /** `wish` is aborted where nobody wants the export any more. */
  constructor(millis: number, wish?: AbortSignal) {
    this.#endMillis = performance.now() + millis;
    this.#timer = setTimeout(this.#abort, millis).unref();
    this.#wish = wish;
    wish?.addEventListener('abort', this.#abort);
    if (wish?.aborted === true) this.#abort();
  }

  /** Aborted at the end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isUnwanted(): boolean {
    return this.#wish?.aborted === true;
  }

  get remainingMillis(): number {
    return this.signal.aborted ? 0 : Math.max(0, this.#endMillis - performance.now());
  }

  /** Nothing is cut off any more; what was by then stays so. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#wish?.removeEventListener('abort', this.#abort);
  }
}
