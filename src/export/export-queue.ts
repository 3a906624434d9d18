import { tellFault, unawaited } from '../base/faults.ts';
import { toError } from '../base/errors.ts';
import type { ExportOutcome } from './exporter.ts';

const FAULT = 'an export met an error';

/** Exports one after another, with a bounded number that wait. */
export class ExportQueue {
  readonly #maxWaiting: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  #isIdle = true;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Runs `work` when its turn comes; a throw of it is a failure. Undefined where too many wait already. Never rejects. */
  add(work: () => Promise<ExportOutcome>): Promise<ExportOutcome> | undefined {
    if (this.#waiting >= this.#maxWaiting) return undefined;
    if (!this.#isIdle) this.#waiting++;
    const outcome = this.#isIdle ? this.#run(work) : this.#last.then(() => (this.#waiting--, this.#run(work)));
    this.#isIdle = false;
    this.#last = outcome;
    unawaited(
      FAULT,
      outcome.then(() => (this.#isIdle = this.#last === outcome)),
    );
    return outcome;
  }

  /** Resolves when all that was added until now has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #run(work: () => Promise<ExportOutcome>): Promise<ExportOutcome> {
    try {
      return await work();
    } catch (thrown) {
      // Failures are outcomes: this is none.
      tellFault(FAULT, thrown);
      return { status: 'failure', error: toError(thrown) };
    }
  }
}
