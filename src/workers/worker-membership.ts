import { threadId } from 'node:worker_threads';
import type { ThreadChannel } from './thread-channel.ts';
import type { FlushRequest } from './thread-messages.ts';
import { watchWorkers } from './watch-workers.ts';

/** What a worker does for the main thread. */
export interface WorkerPart {
  /** Hands over what was gathered until now. Never rejects. */
  flush(): Promise<void>;
  /** The same in one go, while the thread exits. */
  flushNow(): void;
}

/**
 * Makes this worker thread one of those that the main thread collects from: it hands over what it has when it is asked to, and at
 * its end, also by `process.exit()` and an uncaught error. A thread that is terminated loses what it gathered since it handed
 * over last. The function ends it.
 */
export function joinMainThread(channel: ThreadChannel, part: WorkerPart): () => void {
  const listener = channel.listenToMain((message) => {
    const { request } = message as FlushRequest;
    void part.flush().then(() => quietly(() => channel.sendToMain({ kind: 'flushed', threadId, request })));
  });
  const stopWatching = watchWorkers((ended) => quietly(() => channel.sendToMain({ kind: 'end', threadId: ended })));
  const leave = () => {
    process.removeListener('exit', onExit);
    stopWatching();
    listener.close();
    quietly(() => channel.sendToMain({ kind: 'end', threadId }));
  };
  const onExit = () => {
    quietly(() => part.flushNow());
    leave();
  };
  process.once('exit', onExit);
  channel.sendToMain({ kind: 'begin', threadId });
  return leave;
}

/** An end is no time for faults. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The thread goes away, and what it had with it.
  }
}
