import { diag } from '@opentelemetry/api';
import { toError } from './base/errors.ts';
import { tellEnd } from './base/faults.ts';
import type { CpuInterval } from './cpu/cpu-interval.ts';
import { guarded } from './cpu/guarded.ts';
import { PLAIN_VIEW, type StackView } from './frames/stack-view.ts';
import type { TaskProfiler } from './profiler.ts';
import { type CpuSnapshot, cutCpuInterval, endCpuInterval } from './snapshot/cpu-snapshot.ts';

/** Where the CPU time of a profiler's thread goes, one interval after another, where the option `cpu` asks for that. */
export class CpuSource {
  readonly #profiler: TaskProfiler;
  #interval: CpuInterval | undefined;
  #view: StackView = PLAIN_VIEW;
  #isMissing = false;

  /** The first interval begins now, or with the first `cut` while the profiler runs. */
  constructor(profiler: TaskProfiler) {
    this.#profiler = profiler;
    this.#open();
  }

  /** Does ahead, between turns of the event loop, what `cut` would have to do at once. */
  async prepare(): Promise<void> {
    await this.#view.prepare(this.#interval?.frames ?? []);
  }

  /** Ends the interval, and begins the next. Undefined where nothing was sampled. */
  cut(): CpuSnapshot | undefined {
    const interval = this.#interval;
    if (interval?.active === true) return this.#orGiveUp(() => this.#cut(interval));
    // It was stopped meanwhile, and perhaps runs again.
    const last = this.end();
    this.#open();
    return last;
  }

  /** Ends the interval for good. */
  end(): CpuSnapshot | undefined {
    const interval = this.#interval;
    this.#interval = undefined;
    return interval && this.#orGiveUp(() => endCpuInterval(interval, this.#view));
  }

  #cut(interval: CpuInterval): CpuSnapshot {
    try {
      return cutCpuInterval(interval, this.#view);
    } catch (thrown) {
      interval.close();
      throw thrown;
    }
  }

  /** Tasks are exported whatever goes wrong here: that is told, and not tried again. */
  #orGiveUp(part: () => CpuSnapshot): CpuSnapshot | undefined {
    const snapshot = guarded(part);
    if (snapshot === undefined) {
      this.#isMissing = true;
      this.#interval = undefined;
      return undefined;
    }
    return snapshot.samples.length > 0 ? snapshot : undefined;
  }

  /** Where it can't be had that is told, and not tried again. */
  #open(): void {
    if (!this.#profiler.profilesCpu || !this.#profiler.running || this.#isMissing) return;
    try {
      this.#interval = this.#profiler.openCpuInterval();
      // A profiler that was stopped meanwhile has none any more.
      this.#view = this.#profiler.view;
    } catch (thrown) {
      this.#isMissing = true;
      const { message, cause } = toError(thrown);
      if (cause === undefined) tellEnd('the on-CPU profile did not begin', thrown);
      else diag.warn(`otel-taskprof: ${message}`);
    }
  }
}
