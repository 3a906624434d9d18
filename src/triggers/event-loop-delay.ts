import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';

/**
 * How often Node's histogram wakes the event loop. A delay shows shorter by this at the most. On a loop that is idle each wake
 * costs 30 to 60 us, 6 ms a second at its default of 10 ms: so it only runs where the loop turns anyway.
 */
const RESOLUTION_MILLIS = 50;

/** Share of time in which the loop has something to do from which on the histogram runs. */
const BUSY = 0.2;

/**
 * The longest time since the last reading in which the event loop did not come round. Its utilization (2 us) tells whether that
 * can matter: an idle loop has no delays to speak of, and there the lateness of the caller's own timer is all that is asked.
 */
export class EventLoopDelay {
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;

  /** Milliseconds. `lateMillis`: by how much the timer of the caller was late. */
  read(lateMillis: number): number {
    const before = this.#utilization;
    this.#utilization = performance.eventLoopUtilization();
    const activeMillis = this.#utilization.active - before.active;
    const isBusy = activeMillis > BUSY * (activeMillis + this.#utilization.idle - before.idle);
    const seen = this.#histogram === undefined ? 0 : this.#histogram.max / 1e6 - RESOLUTION_MILLIS;
    if (!isBusy) this.close();
    else if (this.#histogram === undefined) this.#open();
    else this.#histogram.reset();
    return Math.max(seen, lateMillis, 0);
  }

  close(): void {
    this.#histogram?.disable();
    this.#histogram = undefined;
  }

  #open(): void {
    this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
    this.#histogram.enable();
  }
}
