import { InvalidOptionError } from '../base/errors.ts';
import type { ProfilesData } from '../profile/model.ts';
import { NO_EXPORTS, addedCounts } from './export-counts.ts';
import { ExportLog } from './export-log.ts';
import { ExportQueue } from './export-queue.ts';
import { type CountedExports, countedExports, exporterName } from './exporter-counts.ts';
import { type ExportOptions, type ExportOutcome, isProfileExporter, type ProfileExporter } from './exporter.ts';
import { DropFailure, toFailure } from './failure.ts';

// Waiting exports of a slow exporter: some hundred kilobytes each.
const MAX_WAITING = 4;

/**
 * Hands profiles to several exporters, each at its own pace: one that fails, hangs or is slow does not hold the others. Behind a
 * slow one four exports wait, what comes beyond is dropped for that one, counted, and told through `diag`.
 */
export class FanOutProfileExporter implements ProfileExporter {
  readonly #lanes: readonly Lane[];

  /** @throws InvalidOptionError for what is no exporter */
  constructor(exporters: readonly ProfileExporter[]) {
    if (!exporters.every((exporter: unknown) => isProfileExporter(exporter))) {
      throw new InvalidOptionError('exporters', 'objects with export, forceFlush and shutdown', exporters);
    }
    this.#lanes = exporters.map((exporter) => new Lane(exporter));
  }

  /** What became of the exports of each exporter, those included that it was too slow for. */
  get exports(): readonly CountedExports[] {
    return this.#lanes.map((lane) => lane.counted);
  }

  /**
   * Resolves as soon as each exporter has taken the data, which is not yet delivered then: `forceFlush` waits for that. A
   * failure where one did not take it. Never rejects.
   */
  export(data: ProfilesData, options?: ExportOptions): Promise<ExportOutcome> {
    const refusals = this.#lanes.map((lane) => lane.take(data, options)).filter((error) => error !== undefined);
    if (refusals.length === 0) return Promise.resolve({ status: 'success' });
    return Promise.resolve({ status: 'failure', error: new AggregateError(refusals, refusals[0]!.message) });
  }

  /** Resolves when every exporter has ended what it was given, and its own flush. Never rejects. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.forceFlush()));
  }

  /**
   * Shuts each exporter down when it has ended what it was given, or one of that has failed, whatever the others do. Never
   * rejects.
   */
  async shutdown(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.shutdown()));
  }
}

class Lane {
  readonly #exporter: ProfileExporter;
  readonly #queue = new ExportQueue(MAX_WAITING);
  readonly #log: ExportLog;
  #isShutDown = false;
  /** The first failure after the shutdown: what waits would hold the process for a timeout each. */
  #isGivenUp = false;

  constructor(exporter: ProfileExporter) {
    this.#exporter = exporter;
    this.#log = new ExportLog(exporterName(exporter));
  }

  get counted(): CountedExports {
    const [own] = countedExports(this.#exporter);
    const name = own?.exporter ?? exporterName(this.#exporter);
    return { exporter: name, counts: addedCounts(own?.counts ?? NO_EXPORTS, this.#log.counts) };
  }

  /** Begins an export, or has it wait; why it was not taken otherwise. */
  take(data: ProfilesData, options: ExportOptions | undefined): Error | undefined {
    if (this.#isShutDown) return this.#drop('shutdown', 'the exporter is shut down');
    const outcome = this.#queue.add(() => this.#export(data, options));
    return outcome ? undefined : this.#drop('queue', `${MAX_WAITING} exports wait already`);
  }

  async forceFlush(): Promise<void> {
    await this.#queue.idle();
    await this.#guarded(() => this.#exporter.forceFlush());
  }

  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await this.#queue.idle();
    await this.#guarded(() => this.#exporter.shutdown());
  }

  // What the exporter reports as a failure it has told of itself.
  async #export(data: ProfilesData, options: ExportOptions | undefined): Promise<ExportOutcome> {
    if (this.#isGivenUp) {
      return { status: 'failure', error: this.#drop('shutdown', 'an export before it failed after the shutdown') };
    }
    const outcome = await this.#tried(data, options);
    this.#isGivenUp = this.#isShutDown && outcome.status === 'failure';
    return outcome;
  }

  async #tried(data: ProfilesData, options: ExportOptions | undefined): Promise<ExportOutcome> {
    let outcome: ExportOutcome | undefined;
    await this.#guarded(async () => {
      outcome = await this.#exporter.export(data, options);
      if (countedExports(this.#exporter).length === 0) this.#log.ended(outcome);
    });
    return outcome ?? { status: 'failure', error: new Error('the exporter threw') };
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#log.failed(toFailure(thrown));
    }
  }

  #drop(kind: string, reason: string): Error {
    const error = new DropFailure(kind, reason);
    this.#log.dropped(error);
    return error;
  }
}
