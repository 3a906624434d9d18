import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { InvalidOptionError } from '../base/errors.ts';
import { nextTurn } from '../base/own-timers.ts';
import { profilesDataText } from '../profile/text.ts';
import { QueuedExporter } from './queued-exporter.ts';

/** Where the console is. */
export interface ConsoleProfileExporterOptions {
  /** Where the text goes. Default: the standard output. Not ended at the shutdown. */
  readonly stream?: Writable;
}

/** Writes profiles as text for people. For looking, not for reading by a program: the text may change. */
export class ConsoleProfileExporter extends QueuedExporter {
  /** @throws InvalidOptionError for what is no stream */
  constructor({ stream = process.stdout }: ConsoleProfileExporterOptions = {}) {
    if (typeof (stream as Partial<Writable> | null)?.write !== 'function') {
      throw new InvalidOptionError('stream', 'a writable stream', stream);
    }
    const write = quietWriter(stream);
    super('the console', (data) => write(`${profilesDataText(data)}\n`));
  }
}

/**
 * Rejects with the error of the write. A stream also emits it, after the callback, and without a listener (`app | head`) that
 * would end the application.
 */
function quietWriter(stream: Writable): (text: string) => Promise<void> {
  const ignore = (): void => undefined;
  // One listener for all: Node.js warns of more than ten.
  let writes = 0;
  const end = (): void => {
    if (--writes === 0) stream.removeListener('error', ignore);
  };
  return async (text) => {
    if (writes++ === 0) stream.on('error', ignore);
    try {
      await promisify((done: (error?: Error | null) => void) => void stream.write(text, done))();
    } finally {
      nextTurn(end);
    }
  };
}
