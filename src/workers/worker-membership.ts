import { threadId } from 'node:worker_threads';
import { guarded, settled, takeAll, unawaited } from '../base/faults.ts';
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
  const answer = async ({ request }: FlushRequest): Promise<void> => {
    await settled('the flush met an error', () => part.flush());
    channel.sendToMain({ kind: 'flushed', threadId, request });
  };
  const listener = channel.listenToMain((message) =>
    unawaited('the flush met an error', answer(message as FlushRequest)),
  );
  const stopWatching = watchWorkers((ended) => channel.sendToMain({ kind: 'end', threadId: ended }));
  const onExit = guarded('the end of a worker thread met an error', () => {
    quietly(() => part.flushNow());
    leave();
  });
  const ends = [
    process.removeListener.bind(process, 'exit', onExit),
    stopWatching,
    () => listener.close(),
    () => quietly(() => channel.sendToMain({ kind: 'end', threadId })),
  ];
  const leave = takeAll.bind(null, 'leaving the main thread met an error', ends);
  process.once('exit', onExit);
  try {
    channel.sendToMain({ kind: 'begin', threadId });
  } catch (thrown) {
    leave();
    throw thrown;
  }
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
