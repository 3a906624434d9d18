/** What the zero-code entry point has running in this thread. */
interface ZeroCodeRun {
  end(): void;
}

// On the global object, because the entry point may be loaded from another copy of the package than the application's.
const KEY = Symbol.for('otel-taskprof zero-code run');
const holder = globalThis as { [KEY]?: ZeroCodeRun | null };

/** At most one run for each thread, whoever loads the entry point how often. */
export const zeroCodeRun = {
  /** Begins `run`, unless one began before in this thread. */
  beginOnce(begin: () => ZeroCodeRun): void {
    if (holder[KEY] !== undefined) return;
    // Before it begins: one that fails must not be tried again.
    holder[KEY] = null;
    holder[KEY] = begin();
  },

  /** Ends the run; whether there was one. */
  end(): boolean {
    const run = holder[KEY];
    if (!run) return false;
    run.end();
    // Behind it: what could not be ended can be once more.
    holder[KEY] = null;
    return true;
  },
};
