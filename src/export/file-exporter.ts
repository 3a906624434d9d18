import { runAsOwn } from '../base/own-context.ts';
import { type FileExporterConfig, type FileExporterOptions, fileExporterConfig } from '../config/file-exporter.ts';
import type { ProfilesData } from '../profile/model.ts';
import { type ExportCounts, ExportLog } from './export-log.ts';
import { ExportQueue } from './export-queue.ts';
import type { ExportOutcome, ProfileExporter } from './exporter.ts';
import { DropFailure, toFailure } from './failure.ts';
import { fileName, FORMATS } from './profile-files.ts';
import { ProfileFolder } from './profile-folder.ts';

const MAX_WAITING = 4;

/**
 * Writes each export to a file of its own, within limits for the folder. A file appears under its name only when it is complete,
 * and names sort by time.
 */
export class FileProfileExporter implements ProfileExporter {
  /** Where the files are: an absolute path. */
  readonly folder: string;
  readonly #config: FileExporterConfig;
  readonly #files: ProfileFolder;
  readonly #queue = new ExportQueue(MAX_WAITING);
  readonly #log: ExportLog;
  #isShutDown = false;

  /** @throws InvalidOptionError */
  constructor(options: FileExporterOptions = {}) {
    this.#config = fileExporterConfig(options);
    this.folder = this.#config.folder;
    this.#files = new ProfileFolder(this.#config);
    this.#log = new ExportLog(this.folder);
  }

  /** What became of the exports so far. */
  get counts(): ExportCounts {
    return this.#log.counts;
  }

  /** Resolves when the file is written; never rejects. */
  export(data: ProfilesData): Promise<ExportOutcome> {
    if (this.#isShutDown) return this.#drop('shutdown', 'the exporter is shut down');
    const outcome = runAsOwn(() => this.#queue.add(() => this.#write(data)));
    return outcome ?? this.#drop('queue', `the disk is slow: ${MAX_WAITING} exports wait already`);
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

  async #write(data: ProfilesData): Promise<ExportOutcome> {
    try {
      const { extension, encode, split } = FORMATS[this.#config.format];
      for (const part of split?.(data) ?? [data]) await this.#files.add(fileName(part, extension), await encode(part));
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
