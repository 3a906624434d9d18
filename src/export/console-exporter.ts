import type { Writable } from 'node:stream';
import { InvalidOptionError } from '../base/errors.ts';
import { runAsOwn } from '../base/own-context.ts';
import type { ProfilesData } from '../profile/model.ts';
import { profilesDataText } from '../profile/text.ts';
import { ExportLog } from './export-log.ts';
import { ExportQueue } from './export-queue.ts';
import type { ExportOutcome, ProfileExporter } from './exporter.ts';
import { DropFailure, toFailure } from './failure.ts';

export interface ConsoleProfileExporterOptions {
  /** Where the text goes. Default: the standard output. Not ended at the shutdown. */
  readonly stream?: Writable;
}

const MAX_WAITING = 4;

/** Writes profiles as text for people. For looking, not for reading by a program: the text may change. */
export class ConsoleProfileExporter implements ProfileExporter {
  readonly #stream: Writable;
  readonly #queue = new ExportQueue(MAX_WAITING);
  readonly #log = new ExportLog('the console');
  #isShutDown = false;

  /** @throws InvalidOptionError for what is no stream */
  constructor({ stream = process.stdout }: ConsoleProfileExporterOptions = {}) {
    if (typeof (stream as Partial<Writable> | null)?.write !== 'function') {
      throw new InvalidOptionError('stream', 'a writable stream', stream);
    }
    this.#stream = stream;
  }

  /** Resolves when the text is written; never rejects. */
  export(data: ProfilesData): Promise<ExportOutcome> {
    if (this.#isShutDown) return this.#drop('shutdown', 'the exporter is shut down');
    const outcome = runAsOwn(() => this.#queue.add(() => this.#write(data)));
    return outcome ?? this.#drop('queue', `the stream is slow: ${MAX_WAITING} exports wait already`);
  }

  async forceFlush(): Promise<void> {
    await this.#queue.idle();
  }

  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await this.forceFlush();
  }

  async #write(data: ProfilesData): Promise<ExportOutcome> {
    const thrown = await writeQuietly(this.#stream, `${profilesDataText(data)}\n`);
    if (thrown) {
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

/**
 * The error of the write, if any. A stream also emits it, after the callback, and without a listener (`app | head`) that would
 * end the application.
 */
function writeQuietly(stream: Writable, text: string): Promise<Error | undefined> {
  const ignore = (): void => undefined;
  stream.on('error', ignore);
  return new Promise((resolve) => {
    stream.write(text, (error) => {
      resolve(error ?? undefined);
      setImmediate(() => stream.removeListener('error', ignore));
    });
  });
}
