/**
 * Asks a question again whenever its answer may be another: never while it is asked already, once for all changes since, and not before as long has
 * gone by as the answer took. So a page takes half of a viewer's time at most, however fast profiles come.
 */
export class Refresher {
  readonly #ask: (signal: AbortSignal) => Promise<void>;
  readonly #stopped = new AbortController();
  #isBusy = false;
  #isWanted = false;

  constructor(ask: (signal: AbortSignal) => Promise<void>) {
    this.#ask = ask;
  }

  refresh(): void {
    this.#isWanted = true;
    if (!this.#isBusy) void this.#run();
  }

  /** Takes back what is under way. */
  stop(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    this.#isBusy = true;
    while (this.#isWanted && !signal.aborted) {
      this.#isWanted = false;
      const begin = performance.now();
      await this.#ask(signal);
      const took = performance.now() - begin;
      await new Promise((resolve) => setTimeout(resolve, took));
    }
    this.#isBusy = false;
  }
}
