import { threadId } from 'node:worker_threads';
import { tellFault } from '../base/faults.ts';
import type { ExportOutcome, ProfileExporter } from '../export/exporter.ts';
import { DropFailure, toFailure } from '../export/failure.ts';
import type { Profile, ProfilesData } from '../profile/model.ts';
import type { ThreadChannel } from './thread-channel.ts';

/** In a worker thread: hands profiles to the main thread, which exports those of all threads in one message. */
export class MainThreadExporter implements ProfileExporter {
  readonly #channel: ThreadChannel;

  constructor(channel: ThreadChannel) {
    this.#channel = channel;
  }

  /** A failure where the main thread does not collect any more. Never rejects. */
  export({ profiles }: ProfilesData): Promise<ExportOutcome> {
    return Promise.resolve(this.handOver(profiles));
  }

  /** The same at once: what a thread can still do while it exits. */
  handOver(profiles: readonly Profile[]): ExportOutcome {
    if (!this.#channel.isCollected) {
      return { status: 'failure', error: new DropFailure('shutdown', 'the main thread does not export any more') };
    }
    try {
      this.#channel.sendToMain({ kind: 'profiles', threadId, profiles });
      return { status: 'success' };
    } catch (thrown) {
      tellFault('what a worker thread hands over met an error', thrown);
      return { status: 'failure', error: toFailure(thrown) };
    }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
