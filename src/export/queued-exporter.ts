import { runAsOwn } from '../base/own-context.ts';
import type { ProfilesData } from '../profile/model.ts';
import type { ExportCounts } from './export-counts.ts';
import { ExportLog } from './export-log.ts';
import { ExportQueue } from './export-queue.ts';
import type { ExportOutcome, ProfileExporter } from './exporter.ts';
import { DropFailure, toFailure } from './failure.ts';

const MAX_WAITING = 4;

/** An exporter over a function that writes: one export after another, four wait at the most, failures are outcomes. */
export class QueuedExporter implements ProfileExporter {
  readonly #destination: string;
  readonly #write: (data: ProfilesData) => Promise<void>;
  readonly #queue = new ExportQueue(MAX_WAITING);
  readonly #log: ExportLog;
  #isShutDown = false;

  /** `destination` is for people; a rejection of `write` is a failure. */
  constructor(destination: string, write: (data: ProfilesData) => Promise<void>) {
    this.#destination = destination;
    this.#write = write;
    this.#log = new ExportLog(destination);
  }

  /** What became of the exports so far. */
  get counts(): ExportCounts {
    return this.#log.counts;
  }

  /** Resolves when it is written; never rejects. */
  export(data: ProfilesData): Promise<ExportOutcome> {
    if (this.#isShutDown) return this.#drop('shutdown', 'the exporter is shut down');
    const outcome = runAsOwn(() => this.#queue.add(() => this.#export(data)));
    return outcome ?? this.#drop('queue', `${this.#destination} is slow: ${MAX_WAITING} exports wait already`);
  }

  /** Resolves when every export so far has ended. */
  async forceFlush(): Promise<void> {
    await this.#queue.idle();
  }

  /** Waits for the exports so far; later ones are dropped. */
  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await this.forceFlush();
  }

  async #export(data: ProfilesData): Promise<ExportOutcome> {
    try {
      await this.#write(data);
    } catch (thrown) {
      const error = toFailure(thrown);
      this.#log.failed(error);
      return { status: 'failure', error };
    }
    this.#log.sent();
    return { status: 'success' };
  }

  #drop(kind: string, reason: string): Promise<ExportOutcome> {
    const error = new DropFailure(kind, reason);
    this.#log.dropped(error);
    return Promise.resolve({ status: 'failure', error });
  }
}
