import { diag } from '@opentelemetry/api';
import { InvalidOptionError, toError } from '../base/errors.ts';
import { guarded, tellEnd, unawaited } from '../base/faults.ts';
import { runAsOwn } from '../base/own-context.ts';
import {
  type PeriodicReaderConfig,
  periodicReaderConfig,
  type PeriodicReaderOptions,
} from '../config/periodic-reader.ts';
import type { ProfileExporter, ProfileSource } from './exporter.ts';
import { TimeLimitError, withinMillis } from './time-limit.ts';

const FAULT = 'the export of an interval met an error';
const NOT_EXPORTED = 'profiles were not exported';

export interface PeriodicProfileReaderOptions extends PeriodicReaderOptions {
  /** Where the profiles go; the reader shuts it down at its own shutdown. */
  readonly exporter: ProfileExporter;
}

/**
 * Takes what a source has gathered and exports it, every `exportIntervalMillis`. One export at a time: where one is still
 * under way when the next is due, that interval goes on and is exported with the following one. Nothing that source or
 * exporter do wrong reaches the caller; `diag` is told.
 */
export class PeriodicProfileReader {
  readonly #exporter: ProfileExporter;
  readonly #config: PeriodicReaderConfig;
  #source: ProfileSource | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #shutdown: Promise<void> | undefined;
  #isClosed = false;
  #lastComplaint = '';

  /** Throws an `InvalidOptionError` for an option that is none. */
  constructor({ exporter, ...options }: PeriodicProfileReaderOptions) {
    if (typeof (exporter as Partial<ProfileExporter> | undefined)?.export !== 'function') {
      throw new InvalidOptionError('exporter', 'a ProfileExporter', exporter);
    }
    this.#exporter = exporter;
    this.#config = periodicReaderConfig(options);
  }

  /** Begins to export what `source` gathers; the timer does not keep the process running. Once; later calls do nothing. */
  start(source: ProfileSource): void {
    if (this.#source !== undefined || this.#shutdown !== undefined) return;
    this.#source = source;
    this.#timer = setInterval(
      guarded(FAULT, () => runAsOwn(() => this.#tick())),
      this.#config.exportIntervalMillis,
    ).unref();
  }

  /** Exports what was gathered until now; resolves when it is delivered or given up. */
  async forceFlush(): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    await runAsOwn(() => this.#flushAll());
  }

  /**
   * Stops the timer, exports what was gathered until now within `exportTimeoutMillis` and shuts the exporter down. Further
   * calls wait for the first.
   */
  shutdown(): Promise<void> {
    clearInterval(this.#timer);
    return (this.#shutdown ??= runAsOwn(() => this.#flushAndShutDown()));
  }

  #tick(): void {
    // The interval that runs is not ended, so it grows by this one.
    if (this.#running !== undefined) return;
    unawaited(FAULT, this.#run());
  }

  // An export that was no longer waited for may still be under way in the exporter.
  async #flushAll(): Promise<void> {
    const { exportTimeoutMillis } = this.#config;
    await this.#flush();
    await this.#guarded(() =>
      withinMillis(exportTimeoutMillis, 'the flush of the exporter', this.#exporter.forceFlush()),
    );
  }

  async #flushAndShutDown(): Promise<void> {
    const { exportTimeoutMillis } = this.#config;
    // Beside an export under way, not behind it: that one may hang.
    const last = (): Promise<unknown> => Promise.all([this.#running, this.#next, this.#collectAndExport()]);
    await this.#guarded(() => withinMillis(exportTimeoutMillis, 'the last export', last()));
    this.#isClosed = true;
    await this.#guarded(() =>
      withinMillis(exportTimeoutMillis, 'the shutdown of the exporter', this.#exporter.shutdown()),
    );
  }

  // An export under way began before this call, and does not hold all that was gathered: another has to follow it. All that
  // wait for it share that one.
  async #flush(): Promise<void> {
    if (this.#running === undefined) return this.#run();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#run();
    });
    return this.#next;
  }

  async #run(): Promise<void> {
    this.#running = this.#guarded(() =>
      withinMillis(this.#config.exportTimeoutMillis, 'an export', this.#collectAndExport()),
    );
    await this.#running;
    this.#running = undefined;
  }

  async #collectAndExport(): Promise<void> {
    const data = await this.#source?.collect();
    // Closed: what the shutdown no longer waits for. A failed outcome is the exporter's to tell of.
    if (data !== undefined && !this.#isClosed) await this.#exporter.export(data);
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#lastComplaint = '';
    } catch (thrown) {
      this.#complain(thrown);
    }
  }

  // Not at every interval: a receiver that is down stays so for long.
  #complain(thrown: unknown): void {
    const { message } = toError(thrown);
    if (message === this.#lastComplaint) return;
    this.#lastComplaint = message;
    // That somebody else is slow is no fault.
    if (thrown instanceof TimeLimitError) diag.error(`otel-taskprof: ${NOT_EXPORTED}: ${message}`);
    else tellEnd(NOT_EXPORTED, thrown);
  }
}
